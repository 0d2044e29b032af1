// SPDX-License-Identifier: Apache-2.0

public import GRPC
import Protobuf

/// What a server can be asked: methods and the code behind them.
public struct Services: Sendable {
    /// Runs a method on an encoded request; returns the framed answer that is still to be sent.
    typealias Run =
        @Sendable (_ request: [UInt8], CallContext, _ call: IncomingCall) async -> Result<
            [UInt8], Status
        >

    private var methods: [String: Run] = [:]

    /// No methods.
    public init() {}

    /// Adds a method with one answer.
    ///
    /// When the caller gives up or its time is over, the task of `body` is cancelled.
    public mutating func handle<Q, R>(
        _ method: Method<Q, R>,
        _ body: @escaping @Sendable (Q, CallContext) async throws(Status) -> R
    ) {
        add(method.path) { (request, context, call) throws(Status) in
            let response = try await body(try Q(received: request), context)
            return try response.framed(limit: call.limit)
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
        add(method.path) { (request, context, call) throws(Status) in
            try await body(try Q(received: request), ResponseWriter(call), context)
            return []
        }
    }

    /// The code behind the method at `path`.
    subscript(path: String) -> Run? { methods[path] }

    private mutating func add(
        _ path: String,
        _ body:
            @escaping @Sendable ([UInt8], CallContext, IncomingCall) async throws(Status) -> [UInt8]
    ) {
        precondition(methods[path] == nil, "\(path) is registered twice")
        methods[path] = { request, context, call in
            do throws(Status) {
                return .success(try await body(request, context, call))
            } catch {
                return .failure(error)
            }
        }
    }
}
