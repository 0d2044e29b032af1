// SPDX-License-Identifier: Apache-2.0

import Connections
import GRPC
import HTTP2
import Protobuf

extension Status {
    /// A call that found no connection, or lost it.
    init(_ failure: ConnectionFailure) {
        self.init(.unavailable, failure.description)
    }

    /// A call whose frames this side could not send.
    init(_ error: RequestError) {
        let code: StatusCode =
            switch error {
            case .headersTooLarge: .resourceExhausted
            case .malformed, .outOfOrder, .streamClosed: .internalError
            case .goingAway, .tooManyStreams, .exhaustedIDs, .closed: .unavailable
            }
        self.init(code, error.description)
    }

    static let deadlineExceeded = Status(.deadlineExceeded, "no answer in time")

    static let cancelled = Status(.cancelled, "the caller has given up")
}

extension Message {
    /// A message with its prefix, ready to be sent.
    ///
    /// - Throws: `RESOURCE_EXHAUSTED` when it is larger than `limit`.
    func framed(limit: Int) throws(Status) -> [UInt8] {
        var bytes = encoded(behind: Framing.prefixLength)
        try Self.check(bytes.count - Framing.prefixLength, limit: limit)
        Framing.seal(&bytes)
        return bytes
    }

    /// The message's bytes.
    ///
    /// - Throws: `RESOURCE_EXHAUSTED` when they are more than `limit`.
    func encoded(limit: Int) throws(Status) -> [UInt8] {
        let bytes = encoded()
        try Self.check(bytes.count, limit: limit)
        return bytes
    }

    private static func check(_ size: Int, limit: Int) throws(Status) {
        guard size <= limit else {
            throw Status(
                .resourceExhausted,
                "a message of \(size) bytes is larger than the limit of \(limit)"
            )
        }
    }

    /// Decodes what the peer sent.
    ///
    /// - Throws: `INTERNAL` when the bytes are no such message.
    init(received bytes: [UInt8]) throws(Status) {
        do throws(ProtobufError) {
            // The size was checked with the prefix.
            try self.init(decoding: bytes, limits: ProtobufLimits(messageSize: bytes.count))
        } catch {
            throw Status(.internalError, "\(Self.self): \(error)")
        }
    }
}
