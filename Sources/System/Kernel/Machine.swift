// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The computer this runs on.
public enum Machine: Sendable {
    /// The kernel's name for this node.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)``.
    public static func hostname() throws(KernelError) -> String {
        let bytes = try Files.read("/proc/sys/kernel/hostname", limit: 256)
        return line(bytes)
    }

    /// A name that the kernel chooses anew at every start.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)``.
    public static func bootID() throws(KernelError) -> String {
        line(try Files.read("/proc/sys/kernel/random/boot_id", limit: 64))
    }

    /// `count` bytes nobody can guess.
    public static func randomBytes(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }

    private static func line(_ bytes: [UInt8]) -> String {
        String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }
}
