// SPDX-License-Identifier: Apache-2.0

import HTTP2
import Kernel
import NIOCore
import Synchronization
import TLS

/// The connections of one listener, on whatever event loops they live.
final class Guests: Sendable {
    private typealias Handler = ConnectionHandler<ServerSide>

    private struct Guest {
        let loop: any EventLoop
        let handler: NIOLoopBound<Handler>
        /// Which one it was to come.
        let number: Int
        /// Whether it has spoken HTTP/2.
        var isEstablished = false
    }

    private struct State {
        var guests: [ObjectIdentifier: Guest] = [:]
        var number = 0
        /// Connections of each peer, until they are gone.
        var counts: [Peer: Int] = [:]
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
        let key = ObjectIdentifier(channel)
        var settings = Settings.standard
        settings.maxConcurrentStreams = options.streams
        let tls = try options.tls.map { tls throws(TLSError) in
            try TLSHandler(tls, patience: options.keepAlive.handshake)
        }
        let handler = Handler(
            ServerConnection(settings: settings, limits: .pieces),
            endpoint: endpoint,
            policy: options.keepAlive,
            accept: { [accept] in accept($0, caller.known(as: tls?.peer)) },
            notify: { self.take($0, from: key, caller) }
        )
        let loop = channel.eventLoop
        let peer = Peer(caller)
        try enter(NIOLoopBound(handler, eventLoop: loop), on: loop, key, peer)
        channel.closeFuture.whenComplete { _ in self.leave(key, peer) }
        if let tls { try channel.pipeline.syncOperations.addHandler(tls) }
        try channel.pipeline.syncOperations.addHandler(handler)
    }

    /// Finds a place for a connection: that of the first that has said nothing yet, if need be, so
    /// that those who only hold places cannot keep others out.
    private func enter(
        _ handler: NIOLoopBound<Handler>,
        on loop: any EventLoop,
        _ key: ObjectIdentifier,
        _ peer: Peer
    ) throws(ConnectionFailure) {
        let limit = options.connections
        let (refusal, evicted) = state.withLock { state -> (ConnectionFailure.Reason?, Guest?) in
            if state.isClosing { return (.closed, nil) }
            let count = state.counts[peer] ?? 0
            guard count < options.connectionsPerPeer else {
                return (.tooManyOfPeer(limit: options.connectionsPerPeer), nil)
            }
            var evicted: Guest?
            if state.guests.count >= limit {
                let silent = state.guests.filter { !$0.value.isEstablished }
                guard let first = silent.min(by: { $0.value.number < $1.value.number }) else {
                    return (.tooManyConnections(limit: limit), nil)
                }
                evicted = state.guests.removeValue(forKey: first.key)
            }
            state.number += 1
            state.counts[peer] = count + 1
            state.guests[key] = Guest(loop: loop, handler: handler, number: state.number)
            return (nil, evicted)
        }
        if let evicted {
            evicted.loop.execute { evicted.handler.value.close(.crowdedOut(limit: limit)) }
        }
        if let refusal { throw ConnectionFailure(endpoint, refusal) }
    }

    private func take(_ notice: Handler.Notice, from key: ObjectIdentifier, _ caller: Caller) {
        switch notice {
        case .established: state.withLock { $0.guests[key]?.isEstablished = true }
        case .ended(let failure):
            let wasEstablished = state.withLock { $0.guests[key]?.isEstablished ?? false }
            if !wasEstablished || failure.isInsecure { options.onRefusal?(failure, caller) }
        case .hasRoom, .goingAway: break
        }
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

    private func leave(_ key: ObjectIdentifier, _ peer: Peer) {
        let waiters = state.withLock { state in
            state.guests[key] = nil
            let left = (state.counts[peer] ?? 1) - 1
            state.counts[peer] = left > 0 ? left : nil
            guard state.guests.isEmpty else { return [CheckedContinuation<Void, Never>]() }
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    private func identify(_ channel: any NIOCore.Channel) throws -> Caller {
        guard case .unix = endpoint else {
            let address = channel.remoteAddress
            return Caller(
                credentials: nil,
                address: address?.description,
                host: address?.ipAddress,
                identity: nil
            )
        }
        let credentials = try channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(
            of: NIOBSDSocket.Handle.self
        ) { try PeerCredentials(ofSocket: $0) }
        return Caller(credentials: credentials, address: nil, host: nil, identity: nil)
    }
}

/// Whose connections are counted together.
private enum Peer: Hashable {
    case user(UInt32)
    case host(String)

    init(_ caller: Caller) {
        self = caller.credentials.map { .user($0.user) } ?? .host(caller.host ?? "")
    }
}

extension Caller {
    fileprivate func known(as identity: TLSIdentity?) -> Caller {
        guard let identity else { return self }
        return Caller(
            credentials: credentials,
            address: address,
            host: host,
            identity: identity
        )
    }
}

extension ConnectionFailure {
    fileprivate var isInsecure: Bool {
        if case .insecure = reason { true } else { false }
    }
}
