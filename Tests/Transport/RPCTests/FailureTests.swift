// SPDX-License-Identifier: Apache-2.0

import Connections
import Foundation
import GRPC
import Glibc
import HTTP2
import Kernel
import Synchronization
import TestSupport
import Testing

@testable import RPC

@Suite struct FailureTests {
    // MARK: - Nobody there

    @Test(.timeLimit(.minutes(1)))
    func `nobody listens: the failure names endpoint and cause, at once`() async throws {
        let path = temporaryPath()
        let missing = await failure(Channel(.unix(path: path)))
        #expect(missing?.code == .unavailable)
        #expect(missing?.message.contains("unix:\(path)") == true)
        #expect(missing?.message.contains("ENOENT") == true)

        let refused = await failure(Channel(.tcp(host: "127.0.0.1", port: 1)))
        #expect(refused?.code == .unavailable)
        #expect(refused?.message.contains("127.0.0.1:1") == true)
        #expect(refused?.message.contains("ECONNREFUSED") == true)

        let unknown = await failure(Channel(.tcp(host: "nobody.invalid", port: 1)))
        #expect(unknown?.code == .unavailable)
        #expect(unknown?.message.contains("no address") == true)
    }

    @Test(.timeLimit(.minutes(1)))
    func `a stale socket file is refused and replaced`() async throws {
        let stale = temporaryPath()
        do { _ = try UnixListener(listeningAt: stale) }
        let refused = await failure(Channel(.unix(path: stale)))
        #expect(refused?.message.contains("ECONNREFUSED") == true)
        let server = try await Server.bind(.unix(path: stale), Echo.services())
        server.shutDown()
        await server.run()
        #expect(try Files.kind(of: stale) == nil)
    }

    @Test(.timeLimit(.minutes(1)))
    func `a socket in use is not taken, nor a file that is no socket`() async throws {
        try await withServer { endpoint in
            await #expect(throws: ConnectionFailure.self) {
                _ = try await Server.bind(endpoint, Echo.services())
            }
            let channel = Channel(endpoint)
            try await expectEcho(of: Note("still mine"), over: channel)
            await channel.close()
        }
        let path = temporaryPath()
        try Files.create(path, containing: [1])
        await #expect(throws: ConnectionFailure.self) {
            _ = try await Server.bind(.unix(path: path), Echo.services())
        }
        #expect(try Files.read(path, limit: 10) == [1])
        try Files.remove(path)
    }

    @Test(.timeLimit(.minutes(1)))
    func `the socket file is for its owner and goes with the server`() async throws {
        let path = temporaryPath()
        let server = try await Server.bind(.unix(path: path), Echo.services())
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
        #expect(mode as? Int == 0o600)
        server.shutDown()
        await server.run()
        #expect(try Files.kind(of: path) == nil)
    }

    // MARK: - Peers that do not play along

    @Test(.timeLimit(.minutes(1)))
    func `a peer that accepts and never answers costs the deadline`() async throws {
        let path = temporaryPath()
        let listener = try UnixListener(listeningAt: path)
        let channel = Channel(.unix(path: path))
        let status = await failure(channel, deadline: .milliseconds(300))
        #expect(status?.code == .deadlineExceeded)
        await channel.close()
        let blocking = await blockingStatus {
            let client = BlockingClient(unixPath: path)
            _ = try client.unary(Echo.repeat, Note(), deadline: .after(.milliseconds(200)))
        }
        #expect(blocking?.code == .deadlineExceeded)
        _ = consume listener
        try Files.remove(path)
    }

    @Test(.timeLimit(.minutes(1)))
    func `garbage costs its sender the connection, and nobody else`() async throws {
        var generator = SeededGenerator(seed: 11)
        try await withServer { endpoint in
            guard case .unix(let path) = endpoint else { return }
            let channel = Channel(endpoint)
            let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
            let settings = hex("000000 04 00 00000000")
            for round in 0..<40 {
                let noise = (0..<2000).map { _ in UInt8.random(in: 0...255, using: &generator) }
                let bytes = (round % 2 == 0 ? [] : preface + settings) + noise
                try await expectEcho(of: Note(number: UInt64(round)), over: channel)
                let hasClosed = try await onThread {
                    let stream = try UnixStream(connectingTo: path, deadline: .after(.seconds(5)))
                    // The server may close before it has read everything.
                    do { try stream.write(bytes, deadline: .after(.seconds(5))) } catch {}
                    // Frames made of noise may all be of a kind that is to be ignored.
                    return round % 2 == 0 ? try isClosed(stream) : true
                }
                #expect(hasClosed)
            }
            await channel.close()
        }
    }

    /// Reads to the end that the peer makes.
    private func isClosed(_ stream: borrowing UnixStream) throws -> Bool {
        while true {
            do throws(KernelError) {
                let bytes = try stream.read(upTo: 1000, deadline: .after(.seconds(5)))
                if bytes.isEmpty { return true }
            } catch {
                return error.errno == .connectionReset
            }
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a peer that only connects is shown the door`() async throws {
        var options = ServerOptions()
        options.listen.keepAlive.handshake = .milliseconds(200)
        try await withServer(options: options) { endpoint in
            guard case .unix(let path) = endpoint else { return }
            let hasClosed = try await onThread {
                try isClosed(UnixStream(connectingTo: path, deadline: .after(.seconds(5))))
            }
            #expect(hasClosed)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `another user's process is refused`() async throws {
        var options = ServerOptions()
        options.listen.peerUser = getuid() + 1
        try await withEcho(options: options) { channel in
            let status = await failure(channel)
            #expect(status?.code == .unavailable)
        }
        options.listen.peerUser = getuid()
        try await withEcho(options: options) { channel in
            try await expectEcho(of: Note("mine"), over: channel)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `connections above the limit are closed`() async throws {
        var options = ServerOptions()
        options.listen.connections = 2
        try await withServer(options: options) { endpoint in
            let channels = (0..<3).map { _ in Channel(endpoint) }
            try await expectEcho(of: Note("1"), over: channels[0])
            try await expectEcho(of: Note("2"), over: channels[1])
            #expect(await failure(channels[2])?.code == .unavailable)
            await channels[0].close()
            try await expectEchoSoon(of: Note("3"), over: channels[2])
            for channel in channels { await channel.close() }
        }
    }

    // MARK: - The end of either side

    @Test(.timeLimit(.minutes(1)))
    func `a server that goes down ends open calls, and is found again`() async throws {
        let path = temporaryPath()
        let log = Echo.Log()
        let first = try await Server.bind(.unix(path: path), Echo.services(log))
        let channel = Channel(.unix(path: path))
        let status = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await first.run() }
            try await expectEcho(of: Note("up"), over: channel)
            let answers = try await channel.serverStreaming(Echo.hang, Note("x"))
            return await RPCTests.status {
                for try await _ in answers { group.cancelAll() }
            }
        }
        #expect(status == nil || status?.code == .cancelled || status?.code == .unavailable)
        #expect(log.cancelled.withLock { $0 } == 1)
        #expect(await failure(channel)?.code == .unavailable)

        let second = try await Server.bind(.unix(path: path), Echo.services())
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await second.run() }
            try await expectEchoSoon(of: Note("again"), over: channel)
            group.cancelAll()
        }
        await channel.close()
    }

    @Test(.timeLimit(.minutes(1)))
    func `a graceful shutdown lets calls finish`() async throws {
        let log = Echo.Log()
        let server = try await Server.bind(.unix(path: temporaryPath()), Echo.services(log))
        let channel = Channel(server.endpoint)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await server.run() }
            group.addTask {
                let note = Note("slow", number: 500)
                let answer = try await channel.unary(Echo.wait, note, deadline: .seconds(10))
                #expect(answer == note)
            }
            try await eventually { log.started.withLock { $0 } == 1 }
            server.shutDown()
            try await group.waitForAll()
        }
        await channel.close()
    }

    @Test(.timeLimit(.minutes(1)))
    func `a deadline ends the call on both sides`() async throws {
        let log = Echo.Log()
        try await withEcho(.unix, Echo.services(log)) { channel in
            // On a busy machine the time may be over before the method starts.
            while log.started.withLock({ $0 }) == 0 {
                let status = await status {
                    let note = Note(number: 30_000)
                    _ = try await channel.unary(Echo.wait, note, deadline: .milliseconds(300))
                }
                #expect(status?.code == .deadlineExceeded)
            }
            try await eventually { log.allCancelled }
            let before = log.started.withLock { $0 }
            while log.started.withLock({ $0 }) == before {
                let status = await RPCTests.status {
                    let time = Duration.milliseconds(300)
                    let answers = try await channel.serverStreaming(
                        Echo.hang,
                        Note(),
                        deadline: time
                    )
                    for try await _ in answers {}
                }
                #expect(status?.code == .deadlineExceeded)
            }
            try await eventually { log.allCancelled }
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a cancelled task cancels its call`() async throws {
        let log = Echo.Log()
        try await withEcho(.unix, Echo.services(log)) { channel in
            let status = await withTaskGroup(of: Status?.self) { group in
                group.addTask {
                    await RPCTests.status {
                        let note = Note(number: 30_000)
                        _ = try await channel.unary(Echo.wait, note, deadline: .seconds(60))
                    }
                }
                do {
                    try await eventually { log.started.withLock { $0 } == 1 }
                } catch {}
                group.cancelAll()
                return await group.next() ?? nil
            }
            #expect(status?.code == .cancelled)
            try await eventually { log.cancelled.withLock { $0 } == 1 }
            try await expectEcho(of: Note("next"), over: channel)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a stream that is dropped cancels its call`() async throws {
        let log = Echo.Log()
        try await withEcho(.unix, Echo.services(log)) { channel in
            for try await answer in try await channel.serverStreaming(Echo.hang, Note("x")) {
                #expect(answer.text == "x")
                break
            }
            try await eventually { log.cancelled.withLock { $0 } == 1 }
            let endless = Note(number: 1 << 40, payload: [UInt8](repeating: 0, count: 1000))
            for try await _ in try await channel.serverStreaming(Echo.count, endless) { break }
            try await expectEcho(of: Note("next"), over: channel)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a channel that is closed ends its calls`() async throws {
        try await withServer { endpoint in
            let channel = Channel(endpoint)
            let answers = try await channel.serverStreaming(Echo.hang, Note("x"))
            var iterator = answers.makeAsyncIterator()
            _ = try await iterator.next()
            await channel.close()
            let status = await RPCTests.status { _ = try await iterator.next() }
            #expect(status?.code == .unavailable)
            #expect(await failure(channel)?.message.contains("closed") == true)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a channel that is dropped leaves no connection behind`() async throws {
        var options = ServerOptions()
        options.listen.connections = 1
        try await withServer(options: options) { endpoint in
            for _ in 0..<20 {
                var failures = 0
                while await failure(Channel(endpoint)) != nil, failures < 2000 {
                    failures += 1
                    try await Task.sleep(for: .milliseconds(10))
                }
                #expect(failures < 2000)
            }
        }
    }

    // MARK: - Means

    private func failure(_ channel: Channel, deadline: Duration = .seconds(10)) async -> Status? {
        await RPCTests.status {
            _ = try await channel.unary(Echo.repeat, Note(), deadline: deadline)
        }
    }

    /// Asks until there is an answer: the other end may have to notice something first.
    private func expectEchoSoon(of note: Note, over channel: Channel) async throws {
        for _ in 0..<1000 {
            guard await failure(channel) != nil else { break }
            try await Task.sleep(for: .milliseconds(20))
        }
        try await expectEcho(of: note, over: channel)
    }

    private func eventually(_ condition: () -> Bool) async throws {
        for _ in 0..<2000 where !condition() { try await Task.sleep(for: .milliseconds(10)) }
        #expect(condition())
    }
}
