// SPDX-License-Identifier: Apache-2.0

import HPACK
import HTTP2

/// The end of a connection that a handler drives, with what the two do differently.
protocol HandledSide: ConnectionSide {
    /// Sends a response's header section.
    static func respond(
        _ headers: [HeaderField],
        endStream: Bool,
        on stream: StreamID,
        of connection: inout Connection<Self>
    ) throws(RequestError)
}

extension ServerSide: HandledSide {
    static func respond(
        _ headers: [HeaderField],
        endStream: Bool,
        on stream: StreamID,
        of connection: inout ServerConnection
    ) throws(RequestError) {
        try connection.respond(headers, endStream: endStream, on: stream)
    }
}

extension ClientSide: HandledSide {
    static func respond(
        _ headers: [HeaderField],
        endStream: Bool,
        on stream: StreamID,
        of connection: inout ClientConnection
    ) throws(RequestError) {
        // Only a server's streams are answered.
        throw .outOfOrder(stream)
    }
}

extension ConnectionLimits {
    /// The standard limits, and output in pieces that an allocator has at hand.
    static var pieces: ConnectionLimits {
        var limits = standard
        limits.output = 1 << 16
        return limits
    }
}
