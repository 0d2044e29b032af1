// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A file that only grows, for journals and logs.
public struct AppendFile: ~Copyable, Sendable {
    private let file: Descriptor
    private let path: String

    /// Opens or creates the file at `path`.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)``.
    public init(_ path: String, mode: Files.Mode = 0o600) throws(KernelError) {
        file = try Files.open(path, O_WRONLY | O_APPEND | O_CREAT, mode: mode)
        self.path = path
    }

    /// Adds bytes at the end, whoever else has written there.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)``; a part may be there then.
    public func append(_ bytes: [UInt8]) throws(KernelError) {
        try file.write(bytes, subject: path)
    }
}
