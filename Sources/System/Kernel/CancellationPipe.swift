// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc
import Synchronization

/// Both ends of a pipe, closed on exec.
public struct Pipe: ~Copyable, Sendable {
    let reader: Descriptor
    let writer: Descriptor

    init() throws(KernelError) {
        var ends: [Int32] = [-1, -1]
        try system("pipe2", "pipe") { unsafe clinux_pipe(&ends) }
        reader = Descriptor(adopting: ends[0])
        writer = Descriptor(adopting: ends[1])
    }

    /// A new pipe's ends, to read from and to write to, for an event loop that closes them itself.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)``.
    public static func ends() throws(KernelError) -> (reader: Int32, writer: Int32) {
        let pipe = try Pipe()
        return pipe.release()
    }

    /// The end to read from; the other one is closed.
    consuming func takeReader() -> Descriptor { reader }

    /// The end to write to; the other one is closed.
    consuming func takeWriter() -> Descriptor { writer }

    private consuming func release() -> (reader: Int32, writer: Int32) {
        (reader.release(), writer.release())
    }
}

/// Tells a thread that blocks in poll(2) that the task it works for was cancelled.
final class CancellationPipe: Sendable {
    private let reader: Descriptor
    private let writer: Mutex<Descriptor?>

    init() throws(KernelError) {
        let pipe = try Pipe()
        reader = pipe.reader
        writer = Mutex(pipe.writer)
    }

    /// The descriptor's number, lent: readable when the task was cancelled.
    var descriptor: Int32 { reader.rawValue }

    /// Whether the task was cancelled.
    var isFired: Bool { writer.withLock { $0 == nil } }

    /// Closes the end that keeps the other one quiet.
    func fire() {
        writer.withLock { $0 = nil }
    }
}
