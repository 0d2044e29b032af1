// SPDX-License-Identifier: Apache-2.0

public import HPACK

/// What received bytes mean to the application.
public enum Event: Sendable, Equatable {
    /// A request (server) or a final response (client); informational responses are swallowed.
    case headers(StreamID, [HeaderField], endStream: Bool)

    /// A piece of the body, to be given back through `consumed` as the application takes it.
    case data(StreamID, [UInt8], endStream: Bool)

    /// The fields after the body; the peer's side of the stream has ended.
    case trailers(StreamID, [HeaderField])

    /// The stream is gone: reset by the peer, or by us because the peer broke a rule on it.
    ///
    /// A GOAWAY that leaves out a stream also resets it, with ``ErrorCode/refusedStream``.
    case reset(StreamID, ErrorCode, byPeer: Bool)

    /// The last buffered byte of this stream found room in the windows.
    case writable(StreamID)

    /// The peer's settings took effect.
    case settings(Settings)

    /// The peer answered our ping.
    case pong(UInt64)

    /// The peer takes no new streams; it has looked at none after `lastStream`.
    case goAway(lastStream: StreamID, ErrorCode, debug: [UInt8])
}
