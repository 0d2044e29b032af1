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
        private let lease: Lease

        fileprivate init(_ lease: Lease) {
            self.lease = lease
        }

        /// The next answer, nil when the server has ended the call well.
        ///
        /// - Throws: ``GRPC/Status`` when the call has ended otherwise.
        public mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async throws(Status) -> Response? {
            while true {
                switch lease.call.take() {
                case .success(let message):
                    do throws(Status) {
                        return try Response(received: message)
                    } catch {
                        lease.call.fail(error)
                        throw error
                    }
                case .failure(let status):
                    if status.isOK { return nil }
                    throw status
                case nil:
                    await lease.call.wait(for: .message)
                }
            }
        }

        /// The next answer, nil when the server has ended the call well.
        public mutating func next() async throws(Status) -> Response? {
            try await next(isolation: nil)
        }
    }

    private let lease: Lease

    init(_ call: OutgoingCall, over channel: Channel) {
        lease = Lease(call, channel)
    }

    /// Starts reading; there is one sequence of answers, however many iterators are made.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(lease)
    }

    /// Ends the call; the reader gets `CANCELLED`.
    public func cancel() {
        lease.call.fail(.cancelled)
    }
}

/// Cancels the call when the last reader is gone.
private final class Lease: Sendable {
    let call: OutgoingCall

    /// Kept, because its connection goes with it.
    private let channel: Channel

    init(_ call: OutgoingCall, _ channel: Channel) {
        self.call = call
        self.channel = channel
    }

    deinit {
        call.fail(.cancelled)
    }
}
