// SPDX-License-Identifier: Apache-2.0

public import GRPC
import Protobuf

/// What a server can be asked: methods and the code behind them.
public struct Services: Sendable {
    /// Runs a method on an encoded request; returns the framed answer that is still to be sent.
    typealias Run =
        @Sendable (_ request: Frame, CallContext, _ call: IncomingCall) async -> Result<
            [UInt8], Status
        >

    /// A method: how many messages go each way, and the code.
    struct Entry: Sendable {
        let shape: CallShape
        let run: Run
    }

    private var methods: [String: Entry] = [:]

    /// No methods.
    public init() {}

    /// Adds a method with one answer.
    ///
    /// When the caller gives up or its time is over, the task of `body` is cancelled.
    public mutating func handle<Q, R>(
        _ method: Method<Q, R>,
        _ body: @escaping @Sendable (Q, CallContext) async throws(Status) -> R
    ) {
        add(method.path, .unary) { (request, context, call) throws(Status) in
            let request: Q = try call.decode(request)
            return try call.frame(try await body(request, context))
        }
    }

    /// Adds a method with any number of answers; the call ends when `body` returns.
    ///
    /// When the caller gives up or its time is over, the task of `body` is cancelled.
    public mutating func stream<Q, R>(
        _ method: Method<Q, R>,
        _ body:
            @escaping @Sendable (Q, ResponseWriter<R>, CallContext) async throws(Status) -> Void
    ) {
        add(method.path, .serverStreaming) { (request, context, call) throws(Status) in
            let request: Q = try call.decode(request)
            try await body(request, ResponseWriter(call), context)
            return []
        }
    }

    /// Adds a method that takes any number of messages and gives one answer, which may come before
    /// all messages were read: the client then learns that the rest is not wanted.
    ///
    /// When the caller gives up or its time is over, the task of `body` is cancelled.
    public mutating func collect<Q, R>(
        _ method: Method<Q, R>,
        _ body: @escaping @Sendable (RequestStream<Q>, CallContext) async throws(Status) -> R
    ) {
        add(method.path, .clientStreaming) { (_, context, call) throws(Status) in
            try call.frame(try await body(RequestStream(call), context))
        }
    }

    /// Adds a method with any number of messages each way; the call ends when `body` returns.
    ///
    /// When the caller gives up or its time is over, the task of `body` is cancelled.
    public mutating func converse<Q, R>(
        _ method: Method<Q, R>,
        _ body:
            @escaping @Sendable (RequestStream<Q>, ResponseWriter<R>, CallContext)
            async throws(Status) -> Void
    ) {
        add(method.path, .bidirectional) { (_, context, call) throws(Status) in
            try await body(RequestStream(call), ResponseWriter(call), context)
            return []
        }
    }

    /// The services that have a method, each once.
    var names: Set<String> {
        Set(methods.keys.compactMap { $0.split(separator: "/").first.map(String.init) })
    }

    /// The method at `path`.
    subscript(path: String) -> Entry? { methods[path] }

    private mutating func add(
        _ path: String,
        _ shape: CallShape,
        _ body:
            @escaping @Sendable (Frame, CallContext, IncomingCall) async throws(Status) -> [UInt8]
    ) {
        precondition(methods[path] == nil, "\(path) is registered twice")
        methods[path] = Entry(shape: shape) { request, context, call in
            do throws(Status) {
                return .success(try await body(request, context, call))
            } catch {
                return .failure(error)
            }
        }
    }
}
