// SPDX-License-Identifier: Apache-2.0

import Connections
import GRPC
import Kernel
import Synchronization
import TLS
import TestSupport
import Testing

@testable import RPC

/// Certificates and authorities that change many times under calls that run: none may be lost.
@Suite(.timeLimit(.minutes(3))) struct RotationTests {
    /// What the two contexts have told.
    private struct Tally {
        var renewed = 0
        var kept: [TLSError] = []
    }

    private final class Site: Sendable {
        let scratch: Scratch
        let tally = Mutex(Tally())
        private let current: Mutex<TLSAuthority>

        init() throws {
            scratch = try Scratch()
            let first = try TLSAuthority(name: "first", days: 1)
            current = Mutex(first)
            try write(first.files(), trusted: first.certificate)
        }

        func server() throws -> TLSServerContext {
            var configuration = TLSServerConfiguration()
            configuration.clients = .required
            let files = TLSServerFiles(
                certificateChain: scratch["server.crt"],
                privateKey: scratch["server.key"],
                clientAuthorities: scratch["ca.crt"]
            )
            return try TLSServerContext(files, configuration) { self.note($0) }
        }

        func client() throws -> TLSClientContext {
            let files = TLSClientFiles(
                authorities: scratch["ca.crt"],
                certificateChain: scratch["client.crt"],
                privateKey: scratch["client.key"]
            )
            return try TLSClientContext(files) { self.note($0) }
        }

        /// New certificates of the same authority.
        func rotateLeaves() throws {
            let authority = current.withLock { $0 }
            try write(authority.files(), trusted: authority.certificate)
        }

        /// A new authority, as it is done without losing anybody: trusted first, then used, then
        /// the old one goes.
        func rotateAuthority(_ pause: () async throws -> Void) async throws {
            let old = current.withLock { $0 }
            let new = try TLSAuthority(name: "next", days: 1)
            let both = old.certificate + new.certificate
            try write(old.files(), trusted: both)
            try await pause()
            try write(new.files(), trusted: both)
            try await pause()
            try write(new.files(), trusted: new.certificate)
            current.withLock { $0 = new }
            try await pause()
        }

        /// Writes one file after the other, so that for a moment they do not fit each other.
        private func write(_ files: [String: [UInt8]], trusted: [UInt8]) throws {
            try Files.write(trusted, to: scratch["ca.crt"])
            for (name, bytes) in files where name != "ca.crt" {
                try Files.write(bytes, to: scratch[name])
            }
        }

        private func note(_ news: TLSReload) {
            tally.withLock { tally in
                switch news {
                case .renewed: tally.renewed += 1
                case .kept(let error): tally.kept.append(error)
                }
            }
        }
    }

    /// Callers of one server, until they are told to stop.
    private final class Load: Sendable {
        private let endpoint: Endpoint
        private let options: ChannelOptions
        private let isOver = Atomic(false)
        private let calls = Atomic(0)

        init(_ endpoint: Endpoint, _ context: TLSClientContext) {
            self.endpoint = endpoint
            var options = ChannelOptions()
            options.dial.tls = TLSPeer(context, name: "127.0.0.1")
            self.options = options
        }

        func stop() { isOver.store(true, ordering: .relaxed) }

        /// One connection that lives through all of it, with a stream that never pauses.
        func stream() async throws {
            let channel = Channel(endpoint, options: options)
            var next: UInt64 = 0
            let request = Note("x", number: .max)
            for try await answer in try await channel.serverStreaming(Echo.count, request) {
                #expect(answer.number == next)
                next += 1
                if isOver.load(ordering: .relaxed) { break }
            }
            let wasAsked = isOver.load(ordering: .relaxed)
            #expect(wasAsked, "the stream ended by itself")
            await channel.close()
        }

        /// Connections that are made anew for every few calls.
        func calls() async throws {
            while !isOver.load(ordering: .relaxed) {
                let channel = Channel(endpoint, options: options)
                for number in UInt64(0)..<3 {
                    try await expectEcho(of: Note(number: number), over: channel)
                    calls.add(1, ordering: .relaxed)
                }
                await channel.close()
            }
        }

        /// Waits until one of two callers must have made another connection.
        func pause() async throws {
            let start = calls.load(ordering: .relaxed)
            while calls.load(ordering: .relaxed) < start + 12 {
                try await Task.sleep(for: .milliseconds(2))
            }
        }
    }

    @Test func `no call is lost while leaves and authorities change`() async throws {
        let site = try Site()
        var options = ServerOptions()
        options.listen.tls = try site.server()
        try await withServer(.tcp, Echo.services(), options: options) { endpoint in
            let load = Load(endpoint, try site.client())
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await load.stream() }
                for _ in 0..<2 { group.addTask { try await load.calls() } }
                group.addTask {
                    defer { load.stop() }
                    for _ in 0..<10 {
                        for _ in 0..<4 {
                            try site.rotateLeaves()
                            try await load.pause()
                        }
                        try await site.rotateAuthority(load.pause)
                    }
                }
                // The first that fails ends the others.
                for try await _ in group {}
            }
            let tally = site.tally.withLock { $0 }
            // Each of 70 changes is read by both ends, in one piece or in several.
            #expect(tally.renewed >= 140, "\(tally)")
        }
    }

    @Test func `a client without a place in the new bundle gets no call through`() async throws {
        let site = try Site()
        var options = ServerOptions()
        options.listen.tls = try site.server()
        try await withServer(.tcp, Echo.services(), options: options) { endpoint in
            let stranger = try TLSAuthority(name: "stranger", days: 1).files()
            var dialling = TLSClientConfiguration()
            dialling.authorities = try Files.read(site.scratch["ca.crt"], limit: 1 << 20)
            dialling.certificateChain = stranger["client.crt"]
            dialling.privateKey = stranger["client.key"]
            var options = ChannelOptions()
            options.dial.tls = TLSPeer(try TLSClientContext(dialling), name: "127.0.0.1")
            let channel = Channel(endpoint, options: options)
            let refused = await status {
                _ = try await channel.unary(Echo.repeat, Note(), deadline: .seconds(10))
            }
            #expect(refused?.code == .unavailable)
            #expect(refused?.message.hasSuffix("TLS handshake: unknown authority") == true)
            await channel.close()
        }
    }

    @Test func `a method knows whose certificate called it`() async throws {
        let site = try Site()
        var options = ServerOptions()
        options.listen.tls = try site.server()
        let method = Method<Note, Note>("opi.test.Who", "Ami")
        var services = Services()
        services.handle(method) { (_, context) throws(Status) in
            Note(context.identity?.commonName ?? "nobody")
        }
        try await withServer(.tcp, services, options: options) { endpoint in
            var options = ChannelOptions()
            options.dial.tls = TLSPeer(try site.client(), name: "localhost")
            for _ in 0..<3 {
                // The second and third connection are resumed.
                let channel = Channel(endpoint, options: options)
                let answer = try await channel.unary(method, Note(), deadline: .seconds(10))
                #expect(answer.text == "agent")
                await channel.close()
            }
        }
    }
}
