// SPDX-License-Identifier: Apache-2.0

import NIOCore
import TLS

/// Puts a ``TLS/TLSSession``, of a client or a server, between a channel's socket and its HTTP/2.
///
/// What is written before the handshake is over waits for its end. A handshake that fails reaches
/// the handlers above as the `TLSError` it failed with, after the alert for the peer; so does one
/// that is not over in time.
final class TLSHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var session: TLSSession
    private var isOpen = false
    private var hasFailed = false
    /// Plain bytes that wait for the end of the handshake.
    private var waiting: [ByteBuffer] = []
    private var promises: [EventLoopPromise<Void>] = []

    private let isClient: Bool
    private let patience: Duration
    private var timer: Scheduled<Void>?

    /// Who the peer is, known before anything of what it says is passed on.
    private(set) var peer: TLSIdentity?

    /// A client's end, which waits so long for the end of the handshake.
    init(_ tls: TLSPeer, at endpoint: Endpoint, patience: Duration) throws(TLSError) {
        session = try TLSSession(tls.context, serverName: tls.name, endpoint: "\(endpoint)")
        isClient = true
        self.patience = patience
    }

    /// A server's end, which waits so long for the end of the handshake.
    init(_ context: TLSServerContext, patience: Duration) throws(TLSError) {
        session = try TLSSession(context)
        isClient = false
        self.patience = patience
    }

    /// The handshake has one deadline for all of it: a byte now and then does not move it.
    private func startTimer(_ context: ChannelHandlerContext) {
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(patience)) {
            guard !self.isOpen, !self.hasFailed else { return }
            self.fail(context, .timedOut(self.patience))
        }
    }

    // MARK: - In

    func channelActive(context: ChannelHandlerContext) {
        startTimer(context)
        if isClient {
            attempt(context) { session throws(TLSError) in try session.start() }
            push(context)
        }
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !hasFailed else { return }
        let buffer = unwrapInboundIn(data)
        do throws(TLSError) {
            for event in try session.receive(buffer.readableBytesUInt8Span) {
                handle(event, context)
            }
            push(context)
        } catch {
            for event in session.takeEvents() { handle(event, context) }
            fail(context, error)
        }
    }

    private func handle(_ event: TLSSession.Event, _ context: ChannelHandlerContext) {
        switch event {
        case .established: open(context)
        case .data(let bytes): context.fireChannelRead(wrapInboundOut(ByteBuffer(bytes: bytes)))
        case .ended: close(context: context, mode: .all, promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        if !isOpen, !hasFailed { fail(context, .truncated) }
        dropPromises(ChannelError.ioOnClosedChannel)
        context.fireChannelInactive()
    }

    private func open(_ context: ChannelHandlerContext) {
        timer?.cancel()
        isOpen = true
        peer = session.peer
        let held = waiting
        waiting = []
        for buffer in held { encrypt(buffer, context) }
    }

    // MARK: - Out

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if hasFailed {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        if let promise { promises.append(promise) }
        let buffer = unwrapOutboundIn(data)
        if isOpen { encrypt(buffer, context) } else { waiting.append(buffer) }
    }

    func flush(context: ChannelHandlerContext) {
        push(context)
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if isOpen, !hasFailed, mode != .input {
            session.close()
            push(context)
        }
        context.close(mode: mode, promise: promise)
    }

    private func encrypt(_ buffer: ByteBuffer, _ context: ChannelHandlerContext) {
        guard buffer.readableBytes > 0 else { return }
        attempt(context) { session throws(TLSError) in
            try session.send(buffer.readableBytesUInt8Span)
        }
    }

    /// Sends what the session has to say; whoever waits for plain bytes is told when they are out.
    private func push(_ context: ChannelHandlerContext) {
        let bytes = session.takeOutput()
        let isSettled = isOpen || hasFailed
        guard !bytes.isEmpty || (isSettled && !promises.isEmpty) else { return }
        let told = isSettled ? promises : []
        if isSettled { promises = [] }
        let promise = told.isEmpty ? nil : context.eventLoop.makePromise(of: Void.self)
        for one in told { promise?.futureResult.cascade(to: one) }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: promise)
    }

    // MARK: - Failure

    private func attempt(
        _ context: ChannelHandlerContext,
        _ body: (inout TLSSession) throws(TLSError) -> Void
    ) {
        guard !hasFailed else { return }
        do throws(TLSError) {
            try body(&session)
        } catch {
            fail(context, error)
        }
    }

    private func fail(_ context: ChannelHandlerContext, _ error: TLSError) {
        hasFailed = true
        waiting = []
        push(context)
        context.fireErrorCaught(error)
    }

    private func dropPromises(_ error: any Error) {
        let dropped = promises
        promises = []
        for promise in dropped { promise.fail(error) }
    }
}
