// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

/// A program that this process has started, owned until it has ended.
///
/// It is started in the network namespace of the calling thread. An owner that goes away before
/// the child has ended kills it and waits for it, so that neither it nor a zombie stays behind;
/// ``release()`` lets it live on.
///
/// Source: posix_spawn(3), pidfd_open(2), waitid(2).
public struct ChildProcess: ~Copyable, Sendable {
    /// What is to be run.
    public struct Program: Hashable, Sendable {
        /// The executable's path; it is not searched for in `PATH`.
        public var path: String
        /// The words after the first, which is the path.
        public var arguments: [String]
        /// The whole environment: nothing is inherited.
        public var environment: [String: String]
        /// Whether it leads a session of its own (`setsid`), out of a terminal's reach.
        public var isSessionLeader = false

        /// A program with its words.
        public init(_ path: String, _ arguments: [String], environment: [String: String]) {
            self.path = path
            self.arguments = arguments
            self.environment = environment
        }
    }

    /// Where one of its standard streams leads.
    public enum Stream: Hashable, Sendable {
        /// To `/dev/null`.
        case null
        /// To an open file, by its number, which is lent for the start.
        case descriptor(Int32)
        /// To the end of a file, created with mode 0600 when missing.
        case appending(to: String)
    }

    /// How it ended.
    public enum ExitStatus: Hashable, Sendable {
        /// By itself, with a code from 0 to 255; 0 is success.
        case exited(code: Int32)
        /// By a signal.
        case signalled(number: Int32)
    }

    /// A signal to send.
    public enum Signal: Hashable, Sendable {
        /// `SIGTERM`: end, please.
        case terminate
        /// `SIGINT`: as if somebody had typed Control-C.
        case interrupt
        /// `SIGHUP`.
        case hangUp
        /// `SIGKILL`: end at once, without a word.
        case kill
    }

    let handle: ChildHandle

    /// Starts `program`; everything but the three standard streams is closed in it.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)``, with ``Errno/noSuchFile`` or
    ///   ``Errno/accessDenied`` when it cannot be executed; ``KernelError/zeroByte(path:)``.
    public init(
        _ program: Program,
        input: Stream = .null,
        output: Stream = .null,
        errors: Stream = .null
    ) throws(KernelError) {
        handle = try ChildHandle(program, input, output, errors)
    }

    deinit { handle.abandon() }

    /// Its number in our process namespace, for messages; signals go through ``signal(_:)``.
    public var id: Int32 { handle.id }

    /// Waits until it has ended; no thread of the pool is held up meanwhile.
    ///
    /// A cancelled task waits no longer. May be asked again after the end.
    ///
    /// - Throws: ``KernelError/deadlineExceeded(call:subject:)``, also when cancelled;
    ///   ``KernelError/refused(call:subject:errno:)``.
    public func wait(deadline: Deadline) async throws(KernelError) -> ExitStatus {
        if let status = try handle.reap() { return status }
        let handle = handle
        return try await DedicatedThread.detached { cancelled throws(KernelError) in
            try handle.wait(until: deadline, or: cancelled)
        }
    }

    /// How it ended, nil while it runs.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)``.
    public func status() throws(KernelError) -> ExitStatus? { try handle.reap() }

    /// Sends it a signal; nothing happens when it has ended, whoever has its number by then.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)``.
    public func signal(_ signal: Signal) throws(KernelError) { try handle.send(signal.number) }

    /// Lets it live on without an owner; its number.
    public consuming func release() -> Int32 {
        handle.disown()
        return handle.id
    }
}

extension ChildProcess.ExitStatus: CustomStringConvertible {
    /// One clause for an error message.
    public var description: String {
        switch self {
        case .exited(let code): "exit code \(code)"
        case .signalled(let number): "killed by signal \(number)"
        }
    }
}

extension ChildProcess.Signal {
    var number: Int32 {
        switch self {
        case .terminate: SIGTERM
        case .interrupt: SIGINT
        case .hangUp: SIGHUP
        case .kill: SIGKILL
        }
    }
}
