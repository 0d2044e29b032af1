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
final class ConnectionHandler<Side: HandledSide>: ChannelInboundHandler {
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

    /// Bytes that a turn of the event loop may collect before those who send have to wait.
    static var highWater: Int { 1 << 16 }

    /// Fewer answers than this are not worth a system call of their own.
    private static var smallestShare: Int { 4 }

    /// How long a peer that does not read may keep a closing connection.
    private static var farewell: TimeAmount { .seconds(2) }

    private let endpoint: Endpoint
    private let policy: KeepAlivePolicy
    private let accept: Acceptor?
    let notify: (Notice) -> Void

    var machine: Connection<Side>
    let tally = Tally()
    private var context: ChannelHandlerContext?
    var receivers: [StreamID: any StreamReceiver] = [:]
    private var keepAlive: KeepAlive?
    private var timer: Scheduled<Void>?
    private var nextLook: NIODeadline?
    private var lastStallLook: NIODeadline?
    private var lastForgiven: NIODeadline?
    private var reason: ConnectionFailure.Reason?
    private var isReading = false
    private var writeIsScheduled = false
    /// Streams that ended with an answer that is not written yet.
    var unwrittenAnswers = 0
    /// Streams that were told to wait until what has piled up in the machine is written.
    var awaitsWrite: [StreamID] = []
    private var isClosing = false
    private var hasEnded = false

    init(
        _ machine: consuming Connection<Side>,
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
        // A channel that is closed before it is active never becomes inactive.
        if isClosing { end(reason ?? .closed) }
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
        if keepAlive?.isHandshaken == false {
            if Self.startsAsTLS(buffer) { return close(.speaksTLS) }
            if let line = Self.startsAsText(buffer) { return close(.speaksText(line)) }
        }
        do throws(ConnectionError) {
            for event in try machine.receive(buffer.readableBytesUInt8Span) { handle(event) }
            keepAlive?.follow(unfinished: machine.unfinished, at: context.eventLoop.now)
        } catch {
            for event in machine.takeEvents() { handle(event) }
            close(.violated(error))
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isReading = false
        if let end = keepAlive?.frameEnd { lookAgain(at: end, context) }
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
        guard !Side.isServer else { return }
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

    var isWritable: Bool { context?.channel.isWritable ?? false }

    /// Arranges one write after everything that this turn of the event loop still brings.
    ///
    /// When a burst is half answered, that half is written: the client works on it while we answer
    /// the rest, instead of the two taking turns.
    func scheduleWrite() {
        guard !isReading, let context else { return }
        if unwrittenAnswers >= Self.smallestShare, unwrittenAnswers >= receivers.count {
            return write()
        }
        guard !writeIsScheduled else { return }
        writeIsScheduled = true
        context.eventLoop.assumeIsolated().execute {
            self.writeIsScheduled = false
            self.write()
        }
    }

    private func write() {
        guard let context, context.channel.isActive, isWritable, !isClosing else { return }
        unwrittenAnswers = 0
        var bytes = machine.takeOutput()
        while !bytes.isEmpty {
            // As many pieces as the channel takes go out with one system call.
            repeat {
                context.write(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
                bytes = isWritable ? machine.takeOutput() : []
            } while !bytes.isEmpty
            context.flush()
            if isWritable { bytes = machine.takeOutput() }
        }
        if machine.isClosed { leave() }
        for event in machine.takeEvents() { handle(event) }
        guard !awaitsWrite.isEmpty else { return }
        let streams = awaitsWrite
        awaitsWrite = []
        for id in streams { receivers[id]?.becameWritable() }
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
    ///
    /// A server that was wronged closes only its half, until the client hangs up or the farewell is
    /// over: what the client still sends would turn the end into a reset that destroys the GOAWAY.
    func close(_ reason: ConnectionFailure.Reason) {
        guard !isClosing, let context else { return }
        isClosing = true
        self.reason = reason
        let channel = context.channel
        // Even when there is no last word, this completes after all that was written before.
        let last = ByteBuffer(bytes: machine.takeOutput())
        let lingers = Side.isServer && reason.deservesAnswer
        if lingers { fail(reason) }
        guard lingers || keepAlive?.isHandshaken == true else {
            // Nothing that could be waited for: it may never read, or never end its handshake.
            channel.writeAndFlush(last, promise: nil)
            return channel.close(promise: nil)
        }
        let mode = lingers ? CloseMode.output : .all
        channel.writeAndFlush(last).whenComplete { _ in channel.close(mode: mode, promise: nil) }
        channel.eventLoop.scheduleTask(in: Self.farewell) { channel.close(promise: nil) }
    }

    private func end(_ reason: ConnectionFailure.Reason) {
        guard !hasEnded else { return }
        (isClosing, hasEnded) = (true, true)
        timer?.cancel()
        timer = nil
        fail(reason)
        notify(.ended(ConnectionFailure(endpoint, reason)))
    }

    private func fail(_ reason: ConnectionFailure.Reason) {
        let orphans = receivers
        receivers = [:]
        let failure = ConnectionFailure(endpoint, reason)
        for receiver in orphans.values { receiver.failed(failure) }
    }

    // MARK: - Time

    /// Looks at the clock now, and again when the keep-alive wants to.
    func look() {
        guard !isClosing, let context else { return }
        let now = context.eventLoop.now
        let streams = machine.activeStreams
        let isAcknowledged = machine.settingsAreAcknowledged || !Side.isServer
        switch keepAlive?.check(
            at: now,
            activeStreams: streams,
            isAcknowledged: isAcknowledged
        ) {
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
        case .tooSlow(let time):
            close(.tooSlow(time))
        case .unacknowledged(let time):
            machine.shutDown(.settingsTimeout, debug: [])
            close(.unacknowledged(time))
        case .retire:
            shutDown()
            lookAgain(at: now + .seconds(1), context)
        case nil:
            break
        }
        if let end = keepAlive?.frameEnd { lookAgain(at: end, context) }
        lookForStalled(at: now, context)
    }

    /// Gives up streams whose bytes the peer does not let out.
    private func lookForStalled(at now: NIODeadline, _ context: ChannelHandlerContext) {
        guard let stall = policy.stall.map({ TimeAmount($0) }), !isClosing else { return }
        let next = (lastStallLook ?? now) + stall
        guard lastStallLook == nil || now >= next else { return lookAgain(at: next, context) }
        lastStallLook = now
        for id in machine.resetStalled(.enhanceYourCalm) {
            receivers.removeValue(forKey: id)?.wasReset(.enhanceYourCalm)
            notify(.hasRoom)
            scheduleWrite()
        }
        lookAgain(at: now + stall, context)
    }

    private func lookAgain(at moment: NIODeadline, _ context: ChannelHandlerContext) {
        guard !isClosing else { return }
        if timer != nil, let nextLook, nextLook <= moment { return }
        timer?.cancel()
        nextLook = moment
        timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: moment) {
            self.timer = nil
            self.forgive()
            self.look()
        }
    }
}

extension ConnectionHandler {
    /// Lets the flood counts start again once a minute, however often the clock is looked at.
    private func forgive() {
        guard let context else { return }
        let now = context.eventLoop.now
        guard now >= (lastForgiven ?? .uptimeNanoseconds(0)) + .seconds(60) else { return }
        lastForgiven = now
        machine.forgiveNoise()
    }
}
