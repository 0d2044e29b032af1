// SPDX-License-Identifier: Apache-2.0

import HTTP2
import Kernel
import NIOCore
import Synchronization

/// The connections of one listener, on whatever event loops they live.
final class Guests: Sendable {
    private typealias Handler = ConnectionHandler<ServerConnection>
    private typealias Guest = (loop: any EventLoop, handler: NIOLoopBound<Handler>)

    private struct State {
        var guests: [ObjectIdentifier: Guest] = [:]
        var isClosing = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let endpoint: Endpoint
    private let options: ListenOptions
    private let accept: Listener.Acceptor
    private let state = Mutex(State())

    init(_ endpoint: Endpoint, _ options: ListenOptions, _ accept: @escaping Listener.Acceptor) {
        self.endpoint = endpoint
        self.options = options
        self.accept = accept
    }

    /// Lets a new connection in, or throws so that it is closed.
    func admit(_ channel: any NIOCore.Channel) throws {
        let caller = try identify(channel)
        if let user = options.peerUser, let peer = caller.credentials, peer.user != user {
            throw ConnectionFailure(endpoint, .refused(call: "accept", .accessDenied))
        }
        try options.prepare?(channel)
        let key = ObjectIdentifier(channel)
        let accept = accept
        var settings = Settings.standard
        settings.maxConcurrentStreams = options.streams
        let handler = Handler(
            ServerConnection(settings: settings),
            endpoint: endpoint,
            policy: options.keepAlive,
            accept: { accept($0, caller) },
            notify: { _ in }
        )
        let guest = (channel.eventLoop, NIOLoopBound(handler, eventLoop: channel.eventLoop))
        let isWelcome = state.withLock { state in
            guard !state.isClosing, state.guests.count < options.connections else { return false }
            state.guests[key] = guest
            return true
        }
        guard isWelcome else {
            throw ConnectionFailure(endpoint, .tooManyWaiting(limit: options.connections))
        }
        channel.closeFuture.whenComplete { _ in self.leave(key) }
        try channel.pipeline.syncOperations.addHandler(handler)
    }

    /// Asks every client to finish and go.
    func shutDown() {
        let guests = state.withLock { state in
            defer { state.isClosing = true }
            return state.isClosing ? [] : Array(state.guests.values)
        }
        for guest in guests {
            guest.loop.execute { guest.handler.value.shutDown() }
        }
    }

    /// Sends everybody away.
    func close() {
        for guest in state.withLock({ Array($0.guests.values) }) {
            guest.loop.execute { guest.handler.value.close(.closed) }
        }
    }

    /// Waits until nobody is left.
    func gone() async {
        await withCheckedContinuation { continuation in
            let isEmpty = state.withLock { state in
                if !state.guests.isEmpty { state.waiters.append(continuation) }
                return state.guests.isEmpty
            }
            if isEmpty { continuation.resume() }
        }
    }

    private func leave(_ key: ObjectIdentifier) {
        let waiters = state.withLock { state in
            state.guests[key] = nil
            guard state.guests.isEmpty else { return [CheckedContinuation<Void, Never>]() }
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    private func identify(_ channel: any NIOCore.Channel) throws -> Caller {
        guard case .unix = endpoint else {
            return Caller(credentials: nil, address: channel.remoteAddress?.description)
        }
        let credentials = try channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(
            of: NIOBSDSocket.Handle.self
        ) { try PeerCredentials(ofSocket: $0) }
        return Caller(credentials: credentials, address: nil)
    }
}
