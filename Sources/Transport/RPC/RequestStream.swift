// SPDX-License-Identifier: Apache-2.0

public import GRPC
public import Protobuf

/// The messages that a client streams to a method, for one task to read.
///
/// A slow reader slows the client down: it gets room for more only as messages are taken.
public struct RequestStream<Request: Message>: AsyncSequence, Sendable {
    /// The messages as they come.
    public struct AsyncIterator: AsyncIteratorProtocol, Sendable {
        private let call: IncomingCall

        fileprivate init(_ call: IncomingCall) {
            self.call = call
        }

        /// The next message, nil when the client has sent its last.
        ///
        /// - Throws: ``GRPC/Status``: `CANCELLED` when the call is over, `INTERNAL` when the bytes
        ///   are no such message.
        public mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async throws(Status) -> Request? {
            guard let message = try await call.nextRequest() else { return nil }
            return try call.decode(message)
        }

        /// The next message, nil when the client has sent its last.
        public mutating func next() async throws(Status) -> Request? {
            try await next(isolation: nil)
        }
    }

    private let call: IncomingCall

    init(_ call: IncomingCall) {
        self.call = call
    }

    /// Starts reading; there is one sequence of messages, however many iterators are made.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(call)
    }
}
