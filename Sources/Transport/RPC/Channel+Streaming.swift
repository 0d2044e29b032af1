// SPDX-License-Identifier: Apache-2.0

public import GRPC

/// Calls that stream their request: each lives as long as the closure that makes it.
extension Channel {
    /// Makes a call with any number of messages and one answer.
    ///
    /// The request ends when `body` returns. The call is cancelled when `body` throws or the task
    /// is cancelled. A server may answer early: ``RequestWriter/send(_:)`` then throws, and what
    /// it throws need not be caught.
    ///
    /// - Throws: ``GRPC/Status``, the server's, or what `body` throws.
    public func clientStreaming<Q, R>(
        _ method: Method<Q, R>,
        deadline: Duration? = nil,
        options: CallOptions = CallOptions(),
        _ body: (RequestWriter<Q>) async throws(Status) -> Void
    ) async throws(Status) -> R {
        let call = call(method.path, nil, deadline, options, .clientStreaming)
        do throws(Status) {
            try await body(RequestWriter(call))
            call.closeRequest()
        } catch {
            // An answer that is there counts for more than a message that was not wanted.
            if call.status == nil {
                call.fail(.cancelled)
                throw error
            }
        }
        await call.wait(for: .end)
        return try R(received: try call.answer.get(), limit: call.limit)
    }

    /// Makes a call with any number of messages each way.
    ///
    /// `body` writes and reads in whatever order the method wants, ends the request with
    /// ``RequestWriter/finish()``, and reads the answers to their end to learn how the call ended.
    /// When it returns or throws, a call that still lasts is cancelled.
    ///
    /// - Throws: ``GRPC/Status``, what `body` throws.
    public func bidirectional<Q, R, Result>(
        _ method: Method<Q, R>,
        deadline: Duration? = nil,
        options: CallOptions = CallOptions(),
        _ body: (RequestWriter<Q>, ResponseStream<R>) async throws(Status) -> Result
    ) async throws(Status) -> Result {
        let call = call(method.path, nil, deadline, options, .bidirectional)
        defer { call.fail(.cancelled) }
        return try await body(RequestWriter(call), ResponseStream(Attempts(call, over: self)))
    }
}
