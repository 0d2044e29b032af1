// SPDX-License-Identifier: Apache-2.0

public import HPACK
public import HTTP2
public import NIOCore

/// Who takes what arrives on one stream.
///
/// Every verb is called on the connection's event loop, in the order of the wire. After
/// ``received(trailers:)``, a verb with `endStream`, ``wasReset(_:)`` or ``failed(_:)`` nothing
/// more arrives.
public protocol StreamReceiver: AnyObject, Sendable {
    /// A header section: of the request on a server, of the response on a client.
    func received(headers: [HeaderField], endStream: Bool)

    /// A piece of the body, to be given back with ``StreamHandle/consumed(_:)``.
    func received(data: [UInt8], endStream: Bool)

    /// The fields after the body.
    func received(trailers: [HeaderField])

    /// There is room again: look at ``StreamHandle/unsent``.
    func becameWritable()

    /// The stream is gone, by the peer's wish or because the peer broke a rule on it.
    func wasReset(_ code: ErrorCode)

    /// The connection is gone, or was never made.
    func failed(_ failure: ConnectionFailure)
}

/// A receiver that opens its stream itself: a client's request.
public protocol RequestSender: StreamReceiver {
    /// Whether the request stays when the server cannot be reached, until it can.
    var waitsForConnection: Bool { get }

    /// The request has reached the event loop that it will stay on; the place to set timers.
    func submitted(to eventLoop: any EventLoop)

    /// The request's header section, asked for when the stream is about to be opened; nil when
    /// nobody waits for the answer any more.
    func headersForOpening() -> [HeaderField]?

    /// The stream is open: the body can go out.
    func opened(_ stream: StreamHandle)

    /// The connection cannot open a stream with these headers.
    func wasRefused(_ error: RequestError)
}

extension RequestSender {
    /// A request fails with the attempt to connect that it waited for.
    public var waitsForConnection: Bool { false }
}

/// One stream, for its receiver to act on.
///
/// ``perform(_:)`` may be called from anywhere; all other verbs on the event loop alone.
public struct StreamHandle: Sendable {
    private let owner: NIOLoopBound<any StreamOwner>

    /// The connection's event loop.
    public let eventLoop: any EventLoop

    /// The stream's number.
    public let id: StreamID

    /// What its connection's receivers count together.
    public let tally: Tally

    init(_ id: StreamID, of owner: any StreamOwner, on eventLoop: any EventLoop) {
        self.id = id
        tally = owner.tally
        self.owner = NIOLoopBound(owner, eventLoop: eventLoop)
        self.eventLoop = eventLoop
    }

    /// Runs `body` on the connection's event loop: at once when this is it, else soon.
    public func perform(_ body: @escaping @Sendable () -> Void) {
        if eventLoop.inEventLoop { body() } else { eventLoop.execute(body) }
    }

    /// Sends a response's header section.
    ///
    /// - Throws: ``HTTP2/RequestError`` when the stream cannot send it.
    public func respond(_ headers: [HeaderField], endStream: Bool) throws(RequestError) {
        try owner.value.respond(headers, endStream: endStream, on: id)
    }

    /// Sends a piece of the body; what finds no room in the windows is kept, see ``unsent``.
    ///
    /// - Throws: ``HTTP2/RequestError`` when the stream cannot send it.
    public func send(_ bytes: [UInt8], endStream: Bool) throws(RequestError) {
        try owner.value.send(bytes, endStream: endStream, on: id)
    }

    /// Sends the fields after the body, which end the stream.
    ///
    /// - Throws: ``HTTP2/RequestError`` when the stream cannot send them.
    public func sendTrailers(_ trailers: [HeaderField]) throws(RequestError) {
        try owner.value.sendTrailers(trailers, on: id)
    }

    /// Gives the stream up; its receiver hears nothing more.
    public func reset(_ code: ErrorCode) {
        owner.value.reset(id, code)
    }

    /// Lets the peer send as many bytes more.
    public func consumed(_ count: Int) {
        owner.value.consumed(count, on: id)
    }

    /// Runs `body` after so long on the connection's event loop, unless it is cancelled.
    public func schedule(
        after delay: Duration,
        _ body: @escaping @Sendable () -> Void
    ) -> Scheduled<Void> {
        eventLoop.scheduleTask(in: TimeAmount(delay), body)
    }

    /// Whether what was sent still waits: for a window, or for the peer to read the socket; the
    /// number of bytes when it is known.
    public var unsent: Int { owner.value.unsent(on: id) }
}

/// What a connection does for its streams, on its event loop.
protocol StreamOwner: AnyObject {
    var tally: Tally { get }
    func respond(_ headers: [HeaderField], endStream: Bool, on id: StreamID) throws(RequestError)
    func send(_ bytes: [UInt8], endStream: Bool, on id: StreamID) throws(RequestError)
    func sendTrailers(_ trailers: [HeaderField], on id: StreamID) throws(RequestError)
    func reset(_ id: StreamID, _ code: ErrorCode)
    func consumed(_ count: Int, on id: StreamID)
    func unsent(on id: StreamID) -> Int
}
