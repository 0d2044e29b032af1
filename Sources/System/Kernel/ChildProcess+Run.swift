// SPDX-License-Identifier: Apache-2.0

import Glibc

extension ChildProcess {
    /// What a program that ran to its end has left behind.
    public struct Outcome: Hashable, Sendable {
        /// How it ended.
        public let status: ExitStatus
        /// What it wrote to its standard output.
        public let output: [UInt8]
        /// What it wrote to its standard error.
        public let errors: [UInt8]

        /// An outcome that was seen, or made up by a test.
        public init(status: ExitStatus, output: [UInt8], errors: [UInt8]) {
            self.status = status
            self.output = output
            self.errors = errors
        }
    }

    /// Runs `program` to its end: feeds it `input`, collects what it writes.
    ///
    /// It may write before it reads, and may end without having read. What children of its own
    /// write after its end is not waited for. When the deadline passes, more than `limit` bytes
    /// come on one stream, or the task is cancelled, it is killed and has ended when this throws.
    ///
    /// - Throws: ``KernelError/deadlineExceeded(call:subject:)``, also when cancelled;
    ///   ``KernelError/tooLarge(subject:limit:)``; ``KernelError/refused(call:subject:errno:)``.
    public static func run(
        _ program: Program,
        input: [UInt8] = [],
        limit: Int,
        deadline: Deadline
    ) async throws(KernelError) -> Outcome {
        let feed = try Pipe()
        let said = try Pipe()
        let complained = try Pipe()
        // Started here and not on the thread below: its namespace is that of the caller.
        let child = try ChildProcess(
            program,
            input: .descriptor(feed.reader.rawValue),
            output: .descriptor(said.writer.rawValue),
            errors: .descriptor(complained.writer.rawValue)
        )
        let exchange = ChildExchange(
            child: child,
            input: feed.takeWriter(),
            output: said.takeReader(),
            errors: complained.takeReader(),
            limit: limit
        )
        return try await DedicatedThread.detached { cancelled throws(KernelError) in
            do throws(KernelError) {
                return try exchange.run(feeding: input, until: deadline, or: cancelled)
            } catch {
                exchange.end()
                throw error
            }
        }
    }
}
