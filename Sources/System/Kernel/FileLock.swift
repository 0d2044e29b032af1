// SPDX-License-Identifier: Apache-2.0

import Glibc

/// An exclusive lock on a path, held until this value goes away or the process dies.
///
/// Source: flock(2).
public struct FileLock: ~Copyable, Sendable {
    private let file: Descriptor

    /// Waits for the lock on `path`, which is created when missing and never removed by us.
    ///
    /// The kernel has no lock call with a deadline, so the lock is tried again after pauses that
    /// grow from 1 to 16 ms. A file that was replaced while waiting is opened anew.
    ///
    /// - Throws: ``KernelError/deadlineExceeded(call:subject:)`` while somebody else holds it;
    ///   ``KernelError/refused(call:subject:errno:)``.
    public init(_ path: String, deadline: Deadline) throws(KernelError) {
        var pause = Duration.milliseconds(1)
        while true {
            let file = try Files.open(path, O_RDWR | O_CREAT, mode: 0o600)
            if try Self.locks(file, path), try file.identity() == Files.identity(of: path) {
                self.file = file
                return
            }
            if deadline.hasPassed { throw .deadlineExceeded(call: "flock", subject: path) }
            Clocks.sleep(for: min(pause, deadline.remaining))
            pause = min(pause * 2, .milliseconds(16))
        }
    }

    private static func locks(
        _ file: borrowing Descriptor,
        _ path: String
    ) throws(KernelError) -> Bool {
        let number = file.rawValue
        do {
            try system("flock", path) { flock(number, LOCK_EX | LOCK_NB) }
            return true
        } catch {
            // EWOULDBLOCK and EAGAIN are the same number on Linux.
            if error.errno == .tryAgain { return false }
            throw error
        }
    }
}
