// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc
import Synchronization

/// What the owner of a child and a thread that waits for it share: the pidfd, and how it ended.
final class ChildHandle: Sendable {
    let id: Int32
    let subject: String
    private let pidfd: Descriptor
    private let end = Mutex<End>(.none)

    private enum End {
        case none
        case reaped(ChildProcess.ExitStatus)
        case disowned
    }

    /// How long an owner that goes away waits for a child that it has killed.
    private static let patience = Duration.seconds(1)

    init(
        _ program: ChildProcess.Program,
        _ input: ChildProcess.Stream,
        _ output: ChildProcess.Stream,
        _ errors: ChildProcess.Stream
    ) throws(KernelError) {
        try refuseZeroByte(in: program.path)
        let words = try CStrings([program.path] + program.arguments)
        let environment = try CStrings(
            program.environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        )
        // Numbers above 2, so that no stream is overwritten before it is copied.
        let streams = [try input.open(), try output.open(), try errors.open()] as InlineArray<3, _>
        let numbers = [streams[0].rawValue, streams[1].rawValue, streams[2].rawValue]
        var number: Int32 = 0
        let isSessionLeader: Int32 = program.isSessionLeader ? 1 : 0
        try system("posix_spawn", program.path) {
            // All pointers are valid for the call, which copies what it needs.
            unsafe clinux_spawn(
                program.path,
                words.pointers,
                environment.pointers,
                numbers,
                isSessionLeader,
                &number
            )
        }
        // The streams are open until here, whatever the optimiser thinks of them.
        withExtendedLifetime(streams) {}
        id = number
        subject = program.path
        // Nobody else reaps our children, so the number is still this child's.
        let pidfd = try system("pidfd_open", program.path) { clinux_pidfd_open(number) }
        self.pidfd = Descriptor(adopting: pidfd)
    }

    /// The descriptor's number, lent: readable when the child has ended.
    var descriptor: Int32 { pidfd.rawValue }

    /// Takes note of the end if it has come.
    func reap() throws(KernelError) -> ChildProcess.ExitStatus? {
        let outcome: Result<ChildProcess.ExitStatus?, KernelError> = end.withLock { end in
            if case .reaped(let status) = end { return .success(status) }
            var exit = clinux_exit()
            let number = pidfd.rawValue
            do throws(KernelError) {
                try system("waitid", subject) { unsafe clinux_pidfd_reap(number, &exit) }
            } catch {
                return .failure(error)
            }
            guard exit.has_ended != 0 else { return .success(nil) }
            let status: ChildProcess.ExitStatus =
                exit.was_signalled != 0
                ? .signalled(number: exit.number) : .exited(code: exit.number)
            end = .reaped(status)
            return .success(status)
        }
        return try outcome.get()
    }

    /// Blocks the calling thread.
    func wait(
        until deadline: Deadline,
        or cancelled: CancellationPipe
    ) throws(KernelError) -> ChildProcess.ExitStatus {
        while true {
            if let status = try reap() { return status }
            if deadline.hasPassed || cancelled.isFired {
                throw .deadlineExceeded(call: "wait", subject: subject)
            }
            try pollAny([descriptor, cancelled.descriptor], until: deadline)
        }
    }

    func send(_ number: Int32) throws(KernelError) {
        let descriptor = pidfd.rawValue
        do throws(KernelError) {
            try system("pidfd_send_signal", subject) {
                clinux_pidfd_send_signal(descriptor, number)
            }
        } catch {
            if error.errno != .noSuchProcess { throw error }
        }
    }

    func disown() {
        end.withLock { if case .none = $0 { $0 = .disowned } }
    }

    /// The owner is gone: nothing of the child may stay.
    func abandon() {
        guard end.withLock({ if case .none = $0 { true } else { false } }) else { return }
        do throws(KernelError) {
            try send(SIGKILL)
            let deadline = Deadline.after(Self.patience)
            while try reap() == nil, !deadline.hasPassed {
                try pollAny([descriptor], until: deadline)
            }
        } catch {
            return  // a child that the kernel does not let us end
        }
    }
}

/// Blocks until one of the descriptors is readable, or `deadline`.
func pollAny(_ descriptors: [Int32], until deadline: Deadline) throws(KernelError) {
    var entries = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    let count = nfds_t(entries.count)
    try system("poll", "child") { unsafe poll(&entries, count, deadline.pollTimeout) }
}

extension ChildProcess.Stream {
    /// A descriptor of the stream whose number is above 2.
    fileprivate func open() throws(KernelError) -> Descriptor {
        switch self {
        case .null: try Files.open("/dev/null", O_RDWR).above2()
        case .appending(let path):
            try Files.open(path, O_WRONLY | O_APPEND | O_CREAT, mode: 0o600).above2()
        case .descriptor(let number):
            Descriptor(
                adopting: try system("dup", "descriptor \(number)") {
                    fcntl(number, F_DUPFD_CLOEXEC, 3)
                }
            )
        }
    }
}

extension Descriptor {
    /// Itself, or a copy if it took the place of a standard stream that was closed.
    fileprivate consuming func above2() throws(KernelError) -> Descriptor {
        let number = rawValue
        if number > 2 { return self }
        let copy = try system("dup", "descriptor \(number)") { fcntl(number, F_DUPFD_CLOEXEC, 3) }
        return Descriptor(adopting: copy)
    }
}

/// A list of C strings that ends with a null pointer, as execve(2) wants it.
@safe private struct CStrings: ~Copyable {
    let pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    private let count: Int

    init(_ texts: [String]) throws(KernelError) {
        for text in texts { try refuseZeroByte(in: text) }
        count = texts.count
        // Every element is set here, and freed with the list.
        unsafe pointers = .allocate(capacity: count + 1)
        for index in 0..<count {
            unsafe (pointers + index).initialize(to: strdup(texts[index]))
        }
        unsafe (pointers + count).initialize(to: nil)
    }

    deinit {
        for index in 0..<count { unsafe free(pointers[index]) }
        unsafe pointers.deallocate()
    }
}
