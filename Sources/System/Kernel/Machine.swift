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

    /// `count` bytes nobody can guess, as twice as many hexadecimal digits.
    public static func randomDigits(ofBytes count: Int) -> String { hex(randomBytes(count)) }

    /// A random UUID.
    ///
    /// Source: RFC 9562 § 5.4.
    public static func randomUUID() -> String {
        var bytes = randomBytes(16)
        bytes[6] = bytes[6] & 0x0f | 0x40
        bytes[8] = bytes[8] & 0x3f | 0x80
        var rest = hex(bytes)[...]
        let parts = [8, 4, 4, 4, 12].map { length in
            defer { rest = rest.dropFirst(length) }
            return rest.prefix(length)
        }
        return parts.joined(separator: "-")
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static func line(_ bytes: [UInt8]) -> String {
        String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }
}
