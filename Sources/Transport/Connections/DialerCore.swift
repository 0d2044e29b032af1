// SPDX-License-Identifier: Apache-2.0

import HTTP2
import NIOCore
import NIOPosix

/// A dialer's state, on its event loop.
final class DialerCore {
    private typealias Handler = ConnectionHandler<ClientSide>

    private enum State {
        case idle
        case connecting(attempt: Int)
        case connected(Handler, attempt: Int)
        case resting(until: NIODeadline, ConnectionFailure)
        case closing(attempt: Int)
        case closed
    }

    private let endpoint: Endpoint
    private let options: DialOptions
    private let eventLoop: any EventLoop
    private var state = State.idle
    private var waiting = CircularBuffer<any RequestSender>()
    private var closers: [CheckedContinuation<Void, Never>] = []
    private var attempts = 0
    private var failures = 0
    private var isEstablished = false

    init(_ endpoint: Endpoint, _ options: DialOptions, _ eventLoop: any EventLoop) {
        self.endpoint = endpoint
        self.options = options
        self.eventLoop = eventLoop
    }

    func open(_ sender: any RequestSender) {
        sender.submitted(to: eventLoop)
        switch state {
        case .idle:
            waiting.append(sender)
            connect()
        case .connecting:
            wait(sender)
        case .connected(let handler, _):
            if !waiting.isEmpty || !start(sender, on: handler) { wait(sender) }
        case .resting(let end, let failure):
            if eventLoop.now >= end {
                waiting.append(sender)
                connect()
            } else if sender.waitsForConnection {
                wait(sender)
                if waiting.count == 1 { tryAgain(at: end) }
            } else {
                sender.failed(failure)
            }
        case .closing, .closed:
            sender.failed(ConnectionFailure(endpoint, .closed))
        }
    }

    func close(then continuation: CheckedContinuation<Void, Never>?) {
        if let continuation { closers.append(continuation) }
        if case .closing = state { return }
        let last = state
        state = .closed
        fail(.init(endpoint, .closed))
        guard case .connected(let handler, let attempt) = last else { return hasClosed() }
        state = .closing(attempt: attempt)
        handler.shutDown()
        handler.close(.closed)
    }

    private func hasClosed() {
        state = .closed
        let all = closers
        closers = []
        for continuation in all { continuation.resume() }
    }

    private func wait(_ sender: any RequestSender) {
        guard waiting.count < options.waitingCalls else {
            let reason = ConnectionFailure.Reason.tooManyWaiting(limit: options.waitingCalls)
            sender.failed(ConnectionFailure(endpoint, reason))
            return
        }
        waiting.append(sender)
    }

    /// Opens a stream; false when the server allows no more of them now.
    private func start(_ sender: any RequestSender, on handler: Handler) -> Bool {
        guard let headers = sender.headersForOpening() else { return true }
        do throws(RequestError) {
            let id = try handler.machine.open(headers, endStream: false)
            handler.add(sender, on: id)
            handler.scheduleWrite()
            if let handle = handler.handle(of: id) { sender.opened(handle) }
            if handler.machine.activeStreams == 1 { handler.look() }
        } catch {
            switch error {
            case .tooManyStreams:
                return false
            case .goingAway, .exhaustedIDs, .closed:
                waiting.prepend(sender)
                leave()
            case .headersTooLarge, .malformed, .outOfOrder, .streamClosed:
                sender.wasRefused(error)
            }
        }
        return true
    }

    private func startWaiting() {
        while case .connected(let handler, _) = state, !waiting.isEmpty {
            let next = waiting.removeFirst()
            if !start(next, on: handler) {
                waiting.prepend(next)
                return
            }
        }
    }

    private func fail(_ failure: ConnectionFailure) {
        let failed = waiting
        waiting = CircularBuffer()
        for sender in failed { sender.failed(failure) }
    }
}

extension DialerCore {
    private func connect() {
        attempts += 1
        isEstablished = false
        let number = attempts
        state = .connecting(attempt: number)
        let core = NIOLoopBound(self, eventLoop: eventLoop)
        let bootstrap = ClientBootstrap(group: eventLoop)
            .connectTimeout(TimeAmount(options.connectTimeout))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try core.value.fill(channel, attempt: number)
                }
            }
        let attempt =
            switch endpoint {
            case .unix(let path): bootstrap.connect(unixDomainSocketPath: path)
            case .tcp(let host, let port): bootstrap.connect(host: host, port: Int(port))
            }
        attempt.hop(to: eventLoop).assumeIsolated().whenComplete { result in
            self.connected(result)
        }
    }

    private func fill(_ channel: any NIOCore.Channel, attempt: Int) throws {
        if let tls = options.tls {
            let patience = options.keepAlive.handshake
            let handler = try TLSHandler(tls, at: endpoint, patience: patience)
            try channel.pipeline.syncOperations.addHandler(handler)
        }
        let handler = Handler(
            ClientConnection(limits: .pieces),
            endpoint: endpoint,
            policy: options.keepAlive,
            notify: { [weak self] notice in
                self?.take(notice, from: attempt)
            }
        )
        try channel.pipeline.syncOperations.addHandler(handler)
    }

    private func connected(_ result: Result<any NIOCore.Channel, any Error>) {
        guard case .connecting(let attempt) = state else {
            // Closed in the meantime.
            if case .success(let channel) = result { channel.close(promise: nil) }
            return
        }
        do {
            let channel = try result.get()
            guard channel.isActive else { return rest(ConnectionFailure(endpoint, .closedByPeer)) }
            let handler = try channel.pipeline.syncOperations.handler(type: Handler.self)
            state = .connected(handler, attempt: attempt)
            startWaiting()
        } catch {
            rest(ConnectionFailure(endpoint, error, during: "connect"))
        }
    }

    private func rest(_ failure: ConnectionFailure) {
        failures += 1
        var generator = SystemRandomNumberGenerator()
        let pause = options.backoff.pause(after: failures, using: &generator)
        let end = eventLoop.now + TimeAmount(pause)
        state = .resting(until: end, failure)
        let staying = waiting.filter(\.waitsForConnection)
        waiting.removeAll(where: \.waitsForConnection)
        fail(failure)
        waiting.append(contentsOf: staying)
        if !waiting.isEmpty { tryAgain(at: end) }
    }

    /// Connects when the pause is over, for those that wait for the server.
    private func tryAgain(at end: NIODeadline) {
        let core = NIOLoopBound(self, eventLoop: eventLoop)
        eventLoop.scheduleTask(deadline: end) {
            let core = core.value
            guard case .resting = core.state, !core.waiting.isEmpty else { return }
            core.connect()
        }
    }

    private func take(_ notice: Handler.Notice, from attempt: Int) {
        if case .closing(attempt) = state, case .ended = notice { return hasClosed() }
        // An older connection may still be finishing its streams.
        guard case .connected(_, attempt) = state else { return }
        switch notice {
        case .established:
            failures = 0
            isEstablished = true
        case .hasRoom: startWaiting()
        case .goingAway: leave()
        case .ended(let failure):
            if isEstablished { leave() } else { rest(failure) }
        }
    }

    /// The connection takes no more calls: the next one makes another.
    private func leave() {
        state = .idle
        if !waiting.isEmpty { connect() }
    }
}
