// SPDX-License-Identifier: Apache-2.0

public import GRPC
public import Protobuf

/// Sends the messages of a call that streams its request.
public struct RequestWriter<Request: Message>: Sendable {
    private let call: OutgoingCall

    init(_ call: OutgoingCall) {
        self.call = call
    }

    /// Sends one message, and waits while the server is slow to take the ones before.
    ///
    /// `compressed` false sends it as it is where the call compresses.
    ///
    /// - Throws: ``GRPC/Status``: what ended the call; `CANCELLED` when the server has ended it
    ///   well, which needs no more messages; `RESOURCE_EXHAUSTED` when the message is too large.
    public func send(_ request: Request, compressed: Bool = true) async throws(Status) {
        let compression = compressed ? call.compression : nil
        call.enqueue(try request.framed(limit: call.limit, compression))
        try await call.room()
    }

    /// Tells the server that there are no more messages; a later one is not sent.
    public func finish() {
        call.closeRequest()
    }

    /// How the call has ended, nil while it lasts.
    public var status: Status? { call.status }
}
