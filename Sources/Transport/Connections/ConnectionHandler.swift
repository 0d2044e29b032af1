// SPDX-License-Identifier: Apache-2.0

import HPACK
import HTTP2
import Kernel
import NIOCore

/// Drives one HTTP/2 machine on one channel.
///
/// Bytes that arrive in a burst are all handled before one write answers them, and what is to be
/// sent stays in the machine while the peer does not read. The handler lives on its event loop;
/// others reach it through ``StreamHandle``.
final class ConnectionHandler<Machine: StreamMachine & ~Copyable>: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// What the owner of the connection wants to know.
    enum Notice {
        /// The peer's settings have come: it speaks HTTP/2.
        case established
        /// A stream has ended: there may be room for another.
        case hasRoom
        /// No new streams can be opened; those that are open go on.
        case goingAway
        /// The connection is gone.
        case ended(ConnectionFailure)
    }

    /// Makes the receiver of a stream that the peer opens.
    typealias Acceptor = (StreamHandle) -> any StreamReceiver

    /// How long a peer that does not read may keep a closing connection.
    private static var farewell: TimeAmount { .seconds(2) }

    private let endpoint: Endpoint
    private let policy: KeepAlivePolicy
    private let accept: Acceptor?
    private let notify: (Notice) -> Void

    var machine: Machine
    private var context: ChannelHandlerContext?
    private var receivers: [StreamID: any StreamReceiver] = [:]
    private var keepAlive: KeepAlive?
    private var timer: Scheduled<Void>?
    private var nextLook: NIODeadline?
    private var reason: ConnectionFailure.Reason?
    private var isReading = false
    private var writeIsScheduled = false
    private var isClosing = false

    init(
        _ machine: consuming Machine,
        endpoint: Endpoint,
        policy: KeepAlivePolicy,
        accept: Acceptor? = nil,
        notify: @escaping (Notice) -> Void
    ) {
        self.machine = machine
        self.endpoint = endpoint
        self.policy = policy
        self.accept = accept
        self.notify = notify
    }

    // MARK: - The channel's life

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { start(context) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        start(context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(reason ?? .closedByPeer)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let failure = ConnectionFailure(endpoint, error, during: "socket")
        close(failure.reason)
    }

    private func start(_ context: ChannelHandlerContext) {
        guard keepAlive == nil else { return }
        keepAlive = KeepAlive(policy, now: context.eventLoop.now)
        look()
        write()
    }

    // MARK: - Bytes in

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isClosing else { return }
        isReading = true
        keepAlive?.received(at: context.eventLoop.now)
        let buffer = unwrapInboundIn(data)
        do throws(ConnectionError) {
            for event in try machine.receive(buffer.readableBytesUInt8Span) { handle(event) }
        } catch {
            for event in machine.takeEvents() { handle(event) }
            close(.violated(error))
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isReading = false
        write()
        context.fireChannelReadComplete()
    }

    private func handle(_ event: Event) {
        switch event {
        case .headers(let id, let fields, let endStream):
            receiver(of: id)?.received(headers: fields, endStream: endStream)
            if endStream { peerEnded(id) }
        case .data(let id, let bytes, let endStream):
            if let receiver = receivers[id] {
                receiver.received(data: bytes, endStream: endStream)
            } else {
                machine.consumed(bytes.count, on: id)
            }
            if endStream { peerEnded(id) }
        case .trailers(let id, let fields):
            receivers[id]?.received(trailers: fields)
            peerEnded(id)
        case .reset(let id, let code, _):
            receivers.removeValue(forKey: id)?.wasReset(code)
            notify(.hasRoom)
        case .writable(let id):
            receivers[id]?.becameWritable()
        case .settings:
            keepAlive?.handshaken()
            look()
            notify(.established)
        case .pong:
            break
        case .goAway(_, let code, let debug):
            if code != .noError {
                reason = .givenUp(code, debug: String(decoding: debug.prefix(200), as: UTF8.self))
            }
            notify(.goingAway)
        }
    }

    /// The receiver of a stream, made now when the peer has just opened it.
    private func receiver(of id: StreamID) -> (any StreamReceiver)? {
        if let receiver = receivers[id] { return receiver }
        guard let accept, let handle = handle(of: id) else { return nil }
        let receiver = accept(handle)
        receivers[id] = receiver
        return receiver
    }

    /// A client's stream is over with the response; a server still has to answer.
    private func peerEnded(_ id: StreamID) {
        guard !Machine.answers else { return }
        receivers[id] = nil
        notify(.hasRoom)
    }

    func handle(of id: StreamID) -> StreamHandle? {
        context.map { StreamHandle(id, of: self, on: $0.eventLoop) }
    }

    func add(_ receiver: any StreamReceiver, on id: StreamID) {
        receivers[id] = receiver
    }

    // MARK: - Bytes out

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        write()
        if context.channel.isWritable {
            for receiver in receivers.values { receiver.becameWritable() }
        }
        context.fireChannelWritabilityChanged()
    }

    fileprivate var isWritable: Bool { context?.channel.isWritable ?? false }

    /// Arranges one write after everything that this turn of the event loop still brings.
    func scheduleWrite() {
        guard !isReading, !writeIsScheduled, let context else { return }
        writeIsScheduled = true
        context.eventLoop.assumeIsolated().execute {
            self.writeIsScheduled = false
            self.write()
        }
    }

    private func write() {
        guard let context, context.channel.isActive, isWritable, !isClosing else { return }
        let bytes = machine.takeOutput()
        if !bytes.isEmpty {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
        }
        if machine.isClosed { leave() }
    }

    // MARK: - The end

    /// Takes no new streams, lets the open ones finish, then closes.
    func shutDown() {
        guard !isClosing else { return }
        machine.shutDown(.noError, debug: [])
        notify(.goingAway)
        scheduleWrite()
    }

    /// Everything is said on both sides: closes our half and lets the peer close the rest, so that
    /// bytes it has still sent do not turn the end into a reset that overtakes our answers.
    private func leave() {
        guard !isClosing, let context else { return }
        isClosing = true
        reason = reason ?? .closed
        let channel = context.channel
        channel.writeAndFlush(ByteBuffer()).whenComplete { _ in
            channel.close(mode: .output, promise: nil)
        }
        channel.eventLoop.scheduleTask(in: Self.farewell) { channel.close(promise: nil) }
    }

    /// Sends what the machine has to say as its last word, then closes.
    func close(_ reason: ConnectionFailure.Reason) {
        guard !isClosing, let context else { return }
        isClosing = true
        self.reason = reason
        let channel = context.channel
        // Even when there is no last word, this completes after all that was written before.
        let last = ByteBuffer(bytes: machine.takeOutput())
        channel.writeAndFlush(last).whenComplete { _ in channel.close(promise: nil) }
        channel.eventLoop.scheduleTask(in: Self.farewell) { channel.close(promise: nil) }
    }

    private func end(_ reason: ConnectionFailure.Reason) {
        isClosing = true
        timer?.cancel()
        timer = nil
        let failure = ConnectionFailure(endpoint, reason)
        let orphans = receivers
        receivers = [:]
        for receiver in orphans.values { receiver.failed(failure) }
        notify(.ended(failure))
    }

    // MARK: - Time

    /// Looks at the clock now, and again when the keep-alive wants to.
    func look() {
        guard !isClosing, let context else { return }
        let now = context.eventLoop.now
        let streams = machine.activeStreams
        switch keepAlive?.check(at: now, activeStreams: streams) {
        case .wait(let moment):
            lookAgain(at: moment, context)
        case .ask(let moment):
            machine.ping(UInt64(now.uptimeNanoseconds))
            scheduleWrite()
            lookAgain(at: moment, context)
        case .giveUp(let silence):
            close(.silent(silence))
        case .noHandshake(let time):
            close(.noHandshake(time))
        case .retire:
            shutDown()
            lookAgain(at: now + .seconds(1), context)
        case nil:
            break
        }
    }

    private func lookAgain(at moment: NIODeadline, _ context: ChannelHandlerContext) {
        if timer != nil, let nextLook, nextLook <= moment { return }
        timer?.cancel()
        nextLook = moment
        timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: moment) {
            self.timer = nil
            self.machine.forgiveNoise()
            self.look()
        }
    }
}

extension ConnectionHandler: StreamOwner where Machine: ~Copyable {
    func respond(_ headers: [HeaderField], endStream: Bool, on id: StreamID) throws(RequestError) {
        try machine.respond(headers, endStream: endStream, on: id)
        if endStream { answered(id) }
        scheduleWrite()
    }

    func send(_ bytes: [UInt8], endStream: Bool, on id: StreamID) throws(RequestError) {
        try machine.send(bytes, endStream: endStream, on: id)
        if endStream { answered(id) }
        scheduleWrite()
    }

    func sendTrailers(_ trailers: [HeaderField], on id: StreamID) throws(RequestError) {
        try machine.sendTrailers(trailers, on: id)
        answered(id)
        scheduleWrite()
    }

    func reset(_ id: StreamID, _ code: ErrorCode) {
        machine.reset(id, code)
        receivers[id] = nil
        notify(.hasRoom)
        scheduleWrite()
    }

    func consumed(_ count: Int, on id: StreamID) {
        machine.consumed(count, on: id)
        scheduleWrite()
    }

    func unsent(on id: StreamID) -> Int {
        let buffered = machine.buffered(on: id)
        return buffered == 0 && !isWritable ? 1 : buffered
    }

    /// A server's stream is over with the answer.
    private func answered(_ id: StreamID) {
        if Machine.answers { receivers[id] = nil }
    }
}
