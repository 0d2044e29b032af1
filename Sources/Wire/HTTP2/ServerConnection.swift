// SPDX-License-Identifier: Apache-2.0

public import HPACK

/// The server's end of an HTTP/2 connection, which responds to requests.
public typealias ServerConnection = Connection<ServerSide>

/// Says that a ``Connection`` is a server's.
public enum ServerSide: ConnectionSide, Sendable {
    /// The peer opens the streams.
    public static var isServer: Bool { true }
}

extension Connection where Side == ServerSide {
    /// Sends a response's header section; a 1xx one is followed by another.
    ///
    /// A response that ends before its request leaves the stream half closed; if the rest of the
    /// request is not wanted, ``reset(_:_:)`` it with ``ErrorCode/noError`` (RFC 9113 § 8.1).
    ///
    /// - Throws: ``RequestError`` when the stream cannot send it.
    public mutating func respond(
        _ headers: [HeaderField],
        endStream: Bool,
        on stream: StreamID
    ) throws(RequestError) {
        try endpoint.respond(headers, endStream: endStream, on: stream)
    }
}
