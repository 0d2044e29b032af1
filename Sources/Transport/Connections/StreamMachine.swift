// SPDX-License-Identifier: Apache-2.0

import HPACK
import HTTP2

/// What the two ends of HTTP/2 have in common, so that one handler can drive either.
protocol StreamMachine: ~Copyable {
    mutating func receive(_ bytes: Span<UInt8>) throws(ConnectionError) -> [Event]
    mutating func takeEvents() -> [Event]
    mutating func takeOutput() -> [UInt8]
    mutating func respond(
        _ headers: [HeaderField],
        endStream: Bool,
        on stream: StreamID
    ) throws(RequestError)
    mutating func send(
        _ data: [UInt8],
        endStream: Bool,
        on stream: StreamID
    ) throws(RequestError)
    mutating func sendTrailers(
        _ trailers: [HeaderField],
        on stream: StreamID
    ) throws(RequestError)
    mutating func consumed(_ count: Int, on stream: StreamID)
    mutating func reset(_ stream: StreamID, _ code: ErrorCode)
    mutating func resetStalled(_ code: ErrorCode) -> [StreamID]
    mutating func ping(_ payload: UInt64)
    mutating func forgiveNoise()
    mutating func shutDown(_ code: ErrorCode, debug: [UInt8])
    func buffered(on stream: StreamID) -> Int
    var unfinished: Int? { get }
    var pendingOutput: Int { get }
    var activeStreams: Int { get }
    var isClosed: Bool { get }
    var isGoingAway: Bool { get }
    var settingsAreAcknowledged: Bool { get }

    /// Whether the peer's last word on a stream leaves nothing for us to say there.
    static var answers: Bool { get }
}

extension ServerConnection: StreamMachine {
    static var answers: Bool { true }
}

extension ClientConnection: StreamMachine {
    static var answers: Bool { false }

    mutating func respond(
        _ headers: [HeaderField],
        endStream: Bool,
        on stream: StreamID
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
