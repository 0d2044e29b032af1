// SPDX-License-Identifier: Apache-2.0

public import Kernel
import Netlink
import Synchronization

/// A connection to the kernel's routing of one network namespace, in which it stays for good.
///
/// Several threads may use one; their requests follow one another. Every call blocks its thread
/// until the kernel has answered, at most for ``timeout``.
public struct RouteSocket: ~Copyable, Sendable {
    /// The namespace it speaks of.
    public let namespace: NetworkNamespace
    /// How long one batch of requests may take; a namespace move alone takes 15-30 ms.
    public let timeout: Duration
    private let socket: NetlinkSocket
    /// Messages sent so far, and so the sequence of the last one; held while answers are awaited.
    private let sent = Mutex<UInt32>(0)

    /// Requests that fit one datagram without their answers overrunning the socket.
    private static let batchLimit = 64

    /// Opens a socket in the calling thread's namespace.
    ///
    /// - Throws: ``LinkError/system(_:)``.
    public init(timeout: Duration = .seconds(10)) throws(LinkError) {
        let socket = try lifting { () throws(KernelError) in try NetlinkSocket(.route) }
        let namespace = try lifting { () throws(KernelError) in try NetworkNamespace.current() }
        self.init(socket, namespace, timeout)
    }

    /// Opens a socket in `namespace`, on a thread that goes there for it.
    ///
    /// - Throws: ``LinkError/system(_:)``.
    public init(
        in namespace: borrowing NetworkNamespace,
        timeout: Duration = .seconds(10)
    ) throws(LinkError) {
        let socket = try lifting { () throws(KernelError) in
            try namespace.run { () throws(KernelError) in try NetlinkSocket(.route) }.get()
        }
        let kept = try lifting { () throws(KernelError) in try namespace.duplicated() }
        self.init(socket, kept, timeout)
    }

    private init(
        _ socket: consuming NetlinkSocket,
        _ namespace: consuming NetworkNamespace,
        _ timeout: Duration
    ) {
        self.socket = socket
        self.namespace = namespace
        self.timeout = timeout
    }

    /// Netlink messages sent so far.
    public var messagesSent: Int { Int(sent.withLock { $0 }) }

    /// Carries out `requests` in order, in one datagram.
    ///
    /// The kernel goes on after a request it refuses; all answers are awaited before the first
    /// refusal is thrown.
    ///
    /// - Throws: ``LinkError/refused(operation:subject:errno:explanation:)``,
    ///   ``LinkError/timedOut(operation:subject:)``.
    public func apply(_ requests: [LinkRequest]) throws(LinkError) {
        for refusal in try outcomes(of: requests) {
            if let refusal { throw refusal }
        }
    }

    /// Carries out `requests` in order and tells of each whether it was refused.
    ///
    /// - Throws: ``LinkError/timedOut(operation:subject:)`` and others that concern all of them.
    public func outcomes(of requests: [LinkRequest]) throws(LinkError) -> [LinkError?] {
        var outcomes: [LinkError?] = []
        while outcomes.count < requests.count {
            let batch = requests[outcomes.count...].prefix(Self.batchLimit)
            let answers = try exchange(
                batch.map(\.message),
                batch.map(\.operation).joined(separator: ", "),
                batch.first?.subject ?? ""
            )
            for (request, answer) in zip(batch, answers) {
                let refusal = answer.refusal
                outcomes.append(
                    refusal.map { LinkError($0, request.operation, request.subject) }
                )
            }
        }
        return outcomes
    }

    /// Sends one datagram and waits until every request in it is answered.
    func exchange(
        _ requests: [NetlinkMessage],
        _ operation: @autoclosure () -> String,
        _ subject: @autoclosure () -> String
    ) throws(LinkError) -> [Exchange.Answer] {
        let deadline = Deadline.after(timeout)
        let result = sent.withLock { sent in
            let first = sent &+ 1
            sent &+= UInt32(truncatingIfNeeded: requests.count)
            return Self.exchange(requests, first, socket, deadline)
        }
        switch result {
        case .success(let answers): return answers
        case .failure(.kernel(.deadlineExceeded)):
            throw .timedOut(operation: operation(), subject: subject())
        case .failure(.kernel(let error)): throw .system(error)
        case .failure(.netlink(let error)):
            throw .malformed(operation: operation(), cause: error)
        }
    }

    private enum Failure: Error {
        case kernel(KernelError)
        case netlink(NetlinkError)
    }

    private static func exchange(
        _ requests: [NetlinkMessage],
        _ first: UInt32,
        _ socket: borrowing NetlinkSocket,
        _ deadline: Deadline
    ) -> Result<[Exchange.Answer], Failure> {
        do throws(NetlinkError) {
            var exchange = try Exchange(requests, firstSequence: first)
            do throws(KernelError) {
                try socket.send(exchange.datagram)
            } catch {
                return .failure(.kernel(error))
            }
            while !exchange.isComplete {
                let datagram: [UInt8]
                do throws(KernelError) {
                    datagram = try socket.receive(deadline: deadline)
                } catch {
                    return .failure(.kernel(error))
                }
                try exchange.receive(datagram.span)
            }
            return .success(exchange.answers)
        } catch {
            return .failure(.netlink(error))
        }
    }
}

extension LinkError {
    init(_ refusal: Refusal, _ operation: String, _ subject: String) {
        self = .refused(
            operation: operation,
            subject: subject,
            errno: Errno(rawValue: refusal.errno),
            explanation: refusal.explanation
        )
    }
}

/// Runs what only the system can refuse.
func lifting<Value: ~Copyable>(
    _ body: () throws(KernelError) -> Value
) throws(LinkError) -> Value {
    do {
        return try body()
    } catch {
        throw .system(error)
    }
}
