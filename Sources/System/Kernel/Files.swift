// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

/// Files by path; every error names the call and the path.
public enum Files: Sendable {
    /// The permission bits of a new file or directory, from which the process's umask takes away.
    public typealias Mode = UInt32

    /// The whole content of `path`, which may also be a sysfs or procfs file of unknown size.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)``;
    ///   ``KernelError/tooLarge(subject:limit:)`` when there are more than `limit` bytes.
    public static func read(_ path: String, limit: Int) throws(KernelError) -> [UInt8] {
        try open(path, O_RDONLY).readAll(limit: limit, subject: path)
    }

    /// Writes into an existing file in one go, as sysfs and sysctl want it; nothing is created.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)``.
    public static func overwrite(_ path: String, with bytes: [UInt8]) throws(KernelError) {
        try open(path, O_WRONLY | O_TRUNC).write(bytes, subject: path)
    }

    /// Replaces or creates `path` so that a reader sees the old or the new content, never a part.
    ///
    /// The bytes go into `.<name>.<random>.tmp` beside it, which is then renamed. A crash of the
    /// process can leave that file behind, and without an fsync a crash of the machine can lose
    /// the content; that suits a tmpfs.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)``; nothing is left behind.
    public static func write(
        _ bytes: [UInt8],
        to path: String,
        mode: Mode = 0o600
    ) throws(KernelError) {
        try publish(bytes, mode: mode, at: path) { (temporary) throws(KernelError) in
            try rename(temporary, to: path)
        }
    }

    /// Creates `path` with its whole content at once.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)``, with ``Errno/exists`` when `path` is
    ///   taken.
    public static func create(
        _ path: String,
        containing bytes: [UInt8],
        mode: Mode = 0o600
    ) throws(KernelError) {
        try publish(bytes, mode: mode, at: path) { (temporary) throws(KernelError) in
            try system("renameat2", path: path) { unsafe clinux_rename_exclusive(temporary, path) }
        }
    }

    /// Renames `path`, replacing a file that has the name `target`.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)``.
    public static func rename(_ path: String, to target: String) throws(KernelError) {
        try refuseZeroByte(in: target)
        try system("rename", path: path) { unsafe Glibc.rename(path, target) }
    }

    /// Removes a file, link or socket.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)``; not for a missing file if
    ///   `missingOK`.
    public static func remove(_ path: String, missingOK: Bool = false) throws(KernelError) {
        do {
            try system("unlink", path: path) { unsafe unlink(path) }
        } catch {
            if missingOK, error.errno == .noSuchFile { return }
            throw error
        }
    }

    /// Opens `path`; closed on exec, never a controlling terminal.
    static func open(
        _ path: String,
        _ flags: Int32,
        mode: Mode = 0
    ) throws(KernelError) -> Descriptor {
        let descriptor = try system("open", path: path) {
            unsafe Glibc.open(path, flags | O_CLOEXEC | O_NOCTTY, mode)
        }
        return Descriptor(adopting: descriptor)
    }

    private static func publish(
        _ bytes: [UInt8],
        mode: Mode,
        at path: String,
        _ rename: (_ temporary: String) throws(KernelError) -> Void
    ) throws(KernelError) {
        try refuseZeroByte(in: path)
        let temporary = temporaryName(beside: path)
        let file = try open(temporary, O_WRONLY | O_CREAT | O_EXCL, mode: mode)
        do {
            try file.write(bytes, subject: temporary)
            try rename(temporary)
        } catch {
            // The first failure is the one to tell; a leftover hurts nobody.
            _ = unsafe unlink(temporary)
            throw error
        }
    }

    private static func temporaryName(beside path: String) -> String {
        let cut = path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex
        let unique = String(UInt64.random(in: .min ... .max), radix: 16)
        return "\(path[..<cut]).\(path[cut...]).\(unique).tmp"
    }
}
