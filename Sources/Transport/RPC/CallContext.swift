// SPDX-License-Identifier: Apache-2.0

public import Connections
public import GRPC
public import Kernel
import NIOCore
import Synchronization
public import Protobuf
public import TLS

/// What a method can know about the call it serves.
public struct CallContext: Sendable {
    /// `/service/method`.
    public let path: String
    /// What the caller's application added.
    public let metadata: Metadata
    /// Who opened the connection.
    public let caller: Caller

    private let call: IncomingCall
    private let deadline: NIODeadline?

    init(_ request: ServerCall.Request, _ caller: Caller, _ call: IncomingCall) {
        self.call = call
        path = request.path
        metadata = request.metadata
        self.caller = caller
        deadline = request.timeout.map { .now() + TimeAmount($0) }
    }

    /// The process at the other end of a Unix socket.
    public var credentials: PeerCredentials? { caller.credentials }

    /// Whom the caller's certificate names, where a server asks for certificates over TLS.
    public var identity: TLSIdentity? { caller.identity }

    /// Sends metadata now, ahead of the first answer; without effect when an answer was sent.
    public func send(metadata: Metadata) {
        call.start(metadata)
    }

    /// Adds metadata that goes with the status.
    public func add(trailers: Metadata) {
        call.add(trailers: trailers)
    }

    /// Says when the answers are compressed, instead of ``ServerOptions/compression``.
    ///
    /// To be said before the first answer. A caller that cannot undo it gets them as they are.
    public func compress(_ compression: Compression?) {
        call.compress(compression)
    }

    /// Whether the message taken last came compressed.
    var wasCompressed: Bool { call.state.withLock { $0.wasCompressed } }

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
    /// `compressed` false sends it as it is where the call compresses.
    ///
    /// - Throws: ``GRPC/Status``: `CANCELLED` when the call is over, `RESOURCE_EXHAUSTED` when the
    ///   message is too large.
    public func send(_ response: Response, compressed: Bool = true) async throws(Status) {
        call.enqueue(try call.frame(response, compressed: compressed))
        try await call.room()
    }
}
