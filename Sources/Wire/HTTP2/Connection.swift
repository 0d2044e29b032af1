// SPDX-License-Identifier: Apache-2.0

import Bytes
public import HPACK

/// One end of an HTTP/2 connection: bytes in and out, and what both ends do with streams.
///
/// What only one of them does is in ``ClientConnection`` and ``ServerConnection``.
///
/// Source: RFC 9113. It never waits, reads no clock and owns no descriptor.
public struct Connection<Side: ConnectionSide>: ~Copyable, Sendable {
    var endpoint: Endpoint

    /// Starts a connection; the output already holds our settings, a client's the preface too.
    public init(settings: Settings = .standard, limits: ConnectionLimits = .standard) {
        endpoint = Endpoint(Side.isServer ? .server : .client, settings, limits)
    }

    // MARK: - Bytes

    /// Takes bytes from the peer, in any fragmentation.
    ///
    /// - Throws: ``ConnectionError`` when the peer broke a rule that ends the connection: all
    ///   streams are gone, the output ends in a GOAWAY, and every later call throws the same.
    ///   ``takeEvents()`` then has what came before the broken frame.
    public mutating func receive(_ bytes: Span<UInt8>) throws(ConnectionError) -> [Event] {
        try endpoint.receive(bytes)
    }

    /// The events that a failing ``receive(_:)`` had collected; after a good one there are none.
    public mutating func takeEvents() -> [Event] {
        endpoint.takeEvents()
    }

    /// The bytes to be written to the peer now, empty when there are none.
    ///
    /// Call it after every other call; answers that pile up in here end the connection.
    public mutating func takeOutput() -> [UInt8] {
        endpoint.takeOutput()
    }

    /// Octets that ``takeOutput()`` would hand over.
    public var pendingOutput: Int { endpoint.writer.bytes.count }

    // MARK: - Bodies

    /// Hands over a part of a body; what the windows do not let out is buffered without a bound.
    ///
    /// - Throws: ``RequestError`` when the stream cannot send it.
    public mutating func send(
        _ data: Span<UInt8>,
        endStream: Bool,
        on stream: StreamID
    ) throws(RequestError) {
        try endpoint.send([UInt8](copying: data), endStream: endStream, on: stream)
    }

    /// Hands over a part of a body; what the windows do not let out is buffered without a bound.
    ///
    /// - Throws: ``RequestError`` when the stream cannot send it.
    public mutating func send(
        _ data: [UInt8],
        endStream: Bool,
        on stream: StreamID
    ) throws(RequestError) {
        try endpoint.send(data, endStream: endStream, on: stream)
    }

    /// Ends our side with trailers, after everything that is buffered.
    ///
    /// - Throws: ``RequestError`` when the stream cannot send them.
    public mutating func sendTrailers(
        _ trailers: [HeaderField],
        on stream: StreamID
    ) throws(RequestError) {
        try endpoint.sendTrailers(trailers, on: stream)
    }

    /// Says that the application has taken so many octets of ``Event/data(_:_:endStream:)``.
    ///
    /// The windows are opened in steps of half their size. A stream that ends gives back by itself
    /// what is still missing.
    public mutating func consumed(_ count: Int, on stream: StreamID) {
        endpoint.consumed(count, on: stream)
    }

    /// Gives a stream up, with what it has buffered; no event follows.
    public mutating func reset(_ stream: StreamID, _ code: ErrorCode) {
        endpoint.reset(stream, code)
    }

    /// Gives up every stream of which nothing has moved since the last call though bytes wait.
    ///
    /// Their windows are kept shut by the peer. Call it as often as a peer may be that slow; no
    /// event follows for the streams that it returns.
    public mutating func resetStalled(_ code: ErrorCode) -> [StreamID] {
        endpoint.resetStalled(code)
    }

    // MARK: - The connection

    /// Asks for a ``Event/pong(_:)`` with the same payload.
    public mutating func ping(_ payload: UInt64) {
        endpoint.ping(payload)
    }

    /// Starts the flood counts again.
    ///
    /// Without it a peer that does nothing but keep-alive would be cut off after days: call it
    /// every minute or so.
    public mutating func forgiveNoise() {
        endpoint.flood.forgive()
    }

    /// Announces the end: no new streams, the open ones go on until they are done.
    public mutating func shutDown(_ code: ErrorCode = .noError, debug: [UInt8] = []) {
        endpoint.shutDown(code, debug: debug)
    }

    /// Streams that are open or half closed.
    public var activeStreams: Int { endpoint.streams.count }

    /// The number of the frame or header block that has begun and not ended, nil between two: if it
    /// stays the same for long, the peer holds the connection for nothing.
    public var unfinished: Int? { endpoint.unfinished }

    /// Bytes of this stream that wait for a window.
    public func buffered(on stream: StreamID) -> Int {
        endpoint.streams[stream]?.outbound.count ?? 0
    }

    /// Whether new streams are no longer taken.
    public var isGoingAway: Bool { endpoint.isGoingAway }

    /// Whether the peer has said that it knows our settings (RFC 9113 § 6.5.3).
    public var settingsAreAcknowledged: Bool { endpoint.localIsAcknowledged }

    /// Whether it failed or has drained after a GOAWAY: write the output, then close.
    public var isClosed: Bool { endpoint.isClosed }
}

/// Which end of a connection; a name for the compiler, of which there are no values.
public protocol ConnectionSide {
    /// Whether the peer opens the streams.
    static var isServer: Bool { get }
}
