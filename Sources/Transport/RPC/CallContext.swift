// SPDX-License-Identifier: Apache-2.0

public import Connections
public import GRPC
public import Kernel
import NIOCore
public import Protobuf

/// What a method can know about the call it serves.
public struct CallContext: Sendable {
    /// `/service/method`.
    public let path: String
    /// What the caller's application added.
    public let metadata: Metadata
    /// Who opened the connection.
    public let caller: Caller

    private let deadline: NIODeadline?

    init(_ request: ServerCall.Request, _ caller: Caller) {
        path = request.path
        metadata = request.metadata
        self.caller = caller
        deadline = request.timeout.map { .now() + TimeAmount($0) }
    }

    /// The process at the other end of a Unix socket.
    public var credentials: PeerCredentials? { caller.credentials }

    /// How much of the caller's time is left, nil when it waits as long as it takes.
    public var timeRemaining: Duration? {
        deadline.map { .nanoseconds(max(0, ($0 - .now()).nanoseconds)) }
    }
}

/// Sends the answers of a streaming method.
public struct ResponseWriter<Response: Message>: Sendable {
    private let call: IncomingCall

    init(_ call: IncomingCall) {
        self.call = call
    }

    /// Sends one answer, and waits while the caller is slow to take the ones before.
    ///
    /// - Throws: ``GRPC/Status``: `CANCELLED` when the call is over, `RESOURCE_EXHAUSTED` when the
    ///   message is too large.
    public func send(_ response: Response) async throws(Status) {
        call.enqueue(try response.framed(limit: call.limit))
        try await call.room()
    }
}
