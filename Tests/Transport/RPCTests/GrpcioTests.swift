// SPDX-License-Identifier: Apache-2.0

import Connections
import Foundation
import GRPC
import Glibc
import Kernel
import TestSupport
import Testing

@testable import RPC

/// Against gRPC's C core, both ways.
@Suite struct GrpcioTests {
    private static let checks = [
        "unary", "errors", "large", "oversize", "stream", "slow", "break", "deadline", "cancel",
        "unimplemented", "cardinality", "garbled", "metadata", "compressed", "many",
    ]

    @Test(.timeLimit(.minutes(2)), arguments: Kind.allCases)
    func `its client is content with our server`(kind: Kind) async throws {
        let scratch = try Scratch()
        try await withServer(kind) { endpoint in
            let output = try await Peer.output(
                of: "echo_client.py",
                arguments: kind.arguments(in: scratch) + ["\(endpoint)"],
                seconds: 100
            )
            let lines = String(decoding: output, as: UTF8.self).split(separator: "\n")
            #expect(lines.map(String.init) == Self.checks)
        }
    }

    @Test(.timeLimit(.minutes(2)), arguments: Kind.allCases)
    func `its server is content with our client`(kind: Kind) async throws {
        try await withPeer(kind) { _, channel in
            let note = Note("grüße", number: 7, payload: [0, 255])
            try await expectEcho(of: note, over: channel)
            try await expectEcho(
                of: Note(payload: [UInt8](repeating: 3, count: 3 << 20)),
                over: channel
            )
            for code in 1...16 {
                let status = await status {
                    let note = Note("why: ü 100%\n", number: UInt64(code))
                    _ = try await channel.unary(Echo.fail, note, deadline: .seconds(10))
                }
                #expect(status == Status(StatusCode(rawValue: code), "why: ü 100%\n"))
            }
            var metadata = Metadata()
            try metadata.add("x-echo", "a b")
            try metadata.add("x-echo-bin", bytes: [0, 255])
            let echoed = try await channel.unary(
                Echo.headers,
                Note(),
                deadline: .seconds(10),
                metadata: metadata
            )
            #expect(echoed == Note("a b", payload: [0, 255]))
            let missing = await status {
                let method = Method<Note, Note>("opi.test.Echo", "Missing")
                _ = try await channel.unary(method, Note(), deadline: .seconds(10))
            }
            #expect(missing?.code == .unimplemented)
        }
    }

    @Test(.timeLimit(.minutes(2)), arguments: [("3", "1", nil), ("2", "-1", 14), ("9", "0", 14)])
    func `its server is called again as it asks`(
        failures: String,
        pushback: String,
        code: Int?
    ) async throws {
        try await withPeer(.tcp) { _, channel in
            var options = CallOptions()
            try options.metadata.add("x-failures", failures)
            try options.metadata.add("x-pushback", pushback)
            options.retry = .standard
            let (failing, sent) = (options, Note("x", number: 14))
            let unary = await status {
                let answer = try await channel.unary(
                    Echo.fail,
                    sent,
                    deadline: .seconds(20),
                    options: failing
                )
                #expect(answer.text == "after \(failures)")
            }
            #expect(unary?.code.rawValue == code)
            let streaming = await status {
                let answers = try await channel.serverStreaming(
                    Echo.break,
                    Note("x"),
                    deadline: .seconds(20),
                    options: failing
                )
                for try await answer in answers { #expect(answer.text == "after \(failures)") }
            }
            #expect(streaming?.code.rawValue == code)
        }
    }

    @Test(.timeLimit(.minutes(2)), arguments: Kind.allCases)
    func `its streams arrive whole`(kind: Kind) async throws {
        try await withPeer(kind) { _, channel in
            var next: UInt64 = 0
            let request = Note(number: 10_000, payload: [UInt8](repeating: 1, count: 100))
            for try await answer in try await channel.serverStreaming(Echo.count, request) {
                #expect(answer.number == next)
                next += 1
                if next == 50 { try await Task.sleep(for: .milliseconds(300)) }
            }
            #expect(next == 10_000)
            let status = await status {
                let request = Note("gone", number: 2)
                for try await _ in try await channel.serverStreaming(Echo.break, request) {}
            }
            #expect(status == Status(.notFound, "gone"))
            for try await _ in try await channel.serverStreaming(Echo.hang, Note("x")) { break }
            try await expectEcho(of: Note("after"), over: channel)
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `its limits and deadlines come back as they should`() async throws {
        try await withPeer(.unix) { _, channel in
            let late = await status {
                let note = Note(number: 5_000)
                _ = try await channel.unary(Echo.wait, note, deadline: .milliseconds(200))
            }
            #expect(late?.code == .deadlineExceeded)
            let large = await status {
                let note = Note(number: 5 << 20)
                _ = try await channel.unary(Echo.grow, note, deadline: .seconds(10))
            }
            #expect(large?.code == .resourceExhausted)
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `the blocking client calls it`() async throws {
        let path = temporaryPath()
        let peer = try await PeerProcess(script: "echo_server.py", arguments: ["unix:\(path)"])
        let client = BlockingClient(unixPath: path)
        for size in [0, 100, 3 << 20] {
            let note = Note("x", payload: [UInt8](repeating: 9, count: size))
            let answer = try await onThread {
                try client.unary(Echo.repeat, note, deadline: .after(.seconds(20)))
            }
            #expect(answer == note)
        }
        let failed = await blockingStatus {
            let note = Note("why", number: 14)
            _ = try client.unary(Echo.fail, note, deadline: .after(.seconds(10)))
        }
        #expect(failed == Status(.unavailable, "why"))
        peer.signal(SIGKILL)
        try Files.remove(path, missingOK: true)
    }

    @Test(.timeLimit(.minutes(2)), arguments: Kind.allCases)
    func `a server that is killed in the middle of a call is UNAVAILABLE`(kind: Kind) async throws {
        try await withPeer(kind) { peer, channel in
            let answers = try await channel.serverStreaming(Echo.hang, Note("x"))
            var iterator = answers.makeAsyncIterator()
            #expect(try await iterator.next(isolation: nil)?.text == "x")
            peer.signal(SIGKILL)
            let status = await status { _ = try await iterator.next() }
            #expect(status?.code == .unavailable)
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `a server that stands still is given up`() async throws {
        var options = ChannelOptions()
        options.dial.keepAlive.interval = .milliseconds(300)
        options.dial.keepAlive.timeout = .milliseconds(300)
        try await withPeer(.tcp, options) { peer, channel in
            let answers = try await channel.serverStreaming(Echo.hang, Note("x"))
            var iterator = answers.makeAsyncIterator()
            #expect(try await iterator.next(isolation: nil)?.text == "x")
            peer.signal(SIGSTOP)
            let status = await status { _ = try await iterator.next() }
            #expect(status?.code == .unavailable)
            #expect(status?.message.contains("no sign of life") == true)
        }
    }

    /// Runs `body` beside a server of grpcio and with a client of it.
    private func withPeer(
        _ kind: Kind,
        _ options: ChannelOptions = ChannelOptions(),
        _ body: (PeerProcess, Channel) async throws -> Void
    ) async throws {
        let scratch = try Scratch()
        let peer = try await PeerProcess(
            script: "echo_server.py",
            arguments: kind.arguments(in: scratch) + ["\(kind.endpoint())"]
        )
        let endpoint = try Endpoint(parsing: try #require(peer.greeting.last))
        var options = options
        try kind.secure(&options)
        let channel = Channel(endpoint, options: options)
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(peer, channel))
        } catch {
            result = .failure(error)
        }
        await channel.close()
        peer.signal(SIGKILL)
        if case .unix(let path) = endpoint { try Files.remove(path, missingOK: true) }
        try result.get()
    }
}
