// SPDX-License-Identifier: Apache-2.0

public import HPACK

/// The client's end of an HTTP/2 connection, which opens streams with requests.
public typealias ClientConnection = Connection<ClientSide>

/// Says that a ``Connection`` is a client's.
public enum ClientSide: ConnectionSide, Sendable {
    /// We open the streams.
    public static var isServer: Bool { false }
}

extension Connection where Side == ClientSide {
    /// Sends a request's header section and returns its stream.
    ///
    /// - Throws: ``RequestError``; after `tooManyStreams` try again when a stream has ended.
    public mutating func open(
        _ headers: [HeaderField],
        endStream: Bool
    ) throws(RequestError) -> StreamID {
        try endpoint.open(headers, endStream: endStream)
    }

    /// Whether ``open(_:endStream:)`` would find room for a stream now.
    public var canOpenStream: Bool { endpoint.refusal == nil }
}
