// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// Our ends of a child's standard streams, for one thread that blocks until the child has ended.
final class ChildExchange: Sendable {
    private let child: ChildHandle
    private let owner: ChildProcess
    /// Gone when everything is written, or nobody wants the rest.
    private let input: Mutex<Descriptor?>
    private let output: Descriptor
    private let errors: Descriptor
    private let limit: Int

    /// What one stream has brought so far.
    private struct Received {
        var bytes: [UInt8] = []
        var isOpen = true
    }

    init(
        child: consuming ChildProcess,
        input: consuming Descriptor,
        output: consuming Descriptor,
        errors: consuming Descriptor,
        limit: Int
    ) {
        self.child = child.handle
        owner = child
        self.input = Mutex(input)
        self.output = output
        self.errors = errors
        self.limit = limit
    }

    /// Kills the child and waits until it is gone.
    func end() { child.abandon() }

    /// Feeds and collects until the child has ended.
    func run(
        feeding bytes: [UInt8],
        until deadline: Deadline,
        or cancelled: CancellationPipe
    ) throws(KernelError) -> ChildProcess.Outcome {
        blockBrokenPipes()
        for number in [output.rawValue, errors.rawValue, inputNumber] {
            try system("fcntl", child.subject) { fcntl(number, F_SETFL, O_NONBLOCK) }
        }
        var sent = 0
        var (said, complained) = (Received(), Received())
        while true {
            // Asked before reading: what it wrote before its end is in the pipes by then.
            let status = try child.reap()
            try feed(bytes, &sent)
            try collect(output, into: &said)
            try collect(errors, into: &complained)
            if let status {
                return .init(status: status, output: said.bytes, errors: complained.bytes)
            }
            if deadline.hasPassed || cancelled.isFired {
                throw .deadlineExceeded(call: "run", subject: child.subject)
            }
            try waitForAny(said.isOpen, complained.isOpen, deadline, cancelled)
        }
    }

    private var inputNumber: Int32 {
        input.withLock { input in
            switch input {
            case .some(let input): input.rawValue
            case nil: -1
            }
        }
    }

    /// Writes what fits; a child that has closed its input does not want the rest.
    private func feed(_ bytes: [UInt8], _ sent: inout Int) throws(KernelError) {
        let number = inputNumber
        guard number >= 0 else { return }
        while sent < bytes.count {
            do throws(KernelError) {
                let start = sent
                sent += try system("write", child.subject) {
                    unsafe bytes.withUnsafeBytes { buffer in
                        let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[start...])
                        return unsafe write(number, rest.baseAddress, rest.count)
                    }
                }
            } catch {
                if error.errno == .tryAgain { return }
                guard error.errno == .brokenPipe else { throw error }
                break
            }
        }
        input.withLock { $0 = nil }
    }

    private func collect(
        _ stream: borrowing Descriptor,
        into received: inout Received
    ) throws(KernelError) {
        while received.isOpen {
            do throws(KernelError) {
                let part = try stream.read(upTo: 65536)
                received.bytes += part
                received.isOpen = !part.isEmpty
            } catch {
                guard error.errno == .tryAgain else { throw error }
                return
            }
            if received.bytes.count > limit {
                throw .tooLarge(subject: "output of \(child.subject)", limit: limit)
            }
        }
    }

    private func waitForAny(
        _ outputIsOpen: Bool,
        _ errorsAreOpen: Bool,
        _ deadline: Deadline,
        _ cancelled: CancellationPipe
    ) throws(KernelError) {
        // poll(2) passes over negative numbers.
        var entries = [
            pollfd(fd: child.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: cancelled.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: outputIsOpen ? output.rawValue : -1, events: Int16(POLLIN), revents: 0),
            pollfd(fd: errorsAreOpen ? errors.rawValue : -1, events: Int16(POLLIN), revents: 0),
            pollfd(fd: inputNumber, events: Int16(POLLOUT), revents: 0),
        ]
        let count = nfds_t(entries.count)
        try system("poll", child.subject) { unsafe poll(&entries, count, deadline.pollTimeout) }
    }

    /// Makes a write to a closed pipe fail with `EPIPE`, for this thread only, which ends with us.
    private func blockBrokenPipes() {
        var signals = sigset_t()
        // The set outlives the calls, which cannot fail for a signal that exists.
        unsafe sigemptyset(&signals)
        unsafe sigaddset(&signals, SIGPIPE)
        _ = unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
    }
}
