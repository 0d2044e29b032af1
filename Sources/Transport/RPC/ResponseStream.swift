// SPDX-License-Identifier: Apache-2.0

public import GRPC
public import Protobuf

/// The answers of a streaming call, for one task to read.
///
/// A slow reader slows the server down. When this value and its iterator are gone, the call is
/// cancelled.
public struct ResponseStream<Response: Message>: AsyncSequence, Sendable {
    /// The answers as they come.
    public struct AsyncIterator: AsyncIteratorProtocol, Sendable {
        private let attempts: Attempts

        fileprivate init(_ attempts: Attempts) {
            self.attempts = attempts
        }

        /// The next answer, nil when the server has ended the call well.
        ///
        /// - Throws: ``GRPC/Status`` when the call has ended otherwise.
        public mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async throws(Status) -> Response? {
            while true {
                let call = attempts.call
                switch call.take() {
                case .success(let message):
                    await call.endTurn()
                    do throws(Status) {
                        return try Response(received: message, limit: call.limit)
                    } catch {
                        call.fail(error)
                        throw error
                    }
                case .failure(let status):
                    guard !status.isOK else {
                        attempts.succeeded()
                        return nil
                    }
                    try await attempts.again(after: status)
                case nil:
                    await call.wait(for: .message)
                }
            }
        }

        /// The next answer, nil when the server has ended the call well.
        public mutating func next() async throws(Status) -> Response? {
            try await next(isolation: nil)
        }
    }

    private let attempts: Attempts

    init(_ attempts: Attempts) {
        self.attempts = attempts
    }

    /// Starts reading; there is one sequence of answers, however many iterators are made.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(attempts)
    }

    /// What the server sends ahead of its first answer, as soon as it is there; for the task that
    /// reads, before or between answers.
    ///
    /// - Throws: ``GRPC/Status`` when the call has failed before.
    public func metadata() async throws(Status) -> Metadata {
        while true {
            let call = attempts.call
            await call.wait(for: .metadata)
            if let metadata = call.metadata { return metadata }
            guard let status = call.status, !status.isOK else { return Metadata() }
            try await attempts.again(after: status)
        }
    }

    /// What the server sent with the status; nothing before the last answer was read.
    public var trailers: Metadata { attempts.call.trailers }

    /// Ends the call; the reader gets `CANCELLED`.
    public func cancel() {
        attempts.cancel()
    }
}
