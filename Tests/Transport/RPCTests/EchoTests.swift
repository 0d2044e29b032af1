// SPDX-License-Identifier: Apache-2.0

import Connections
import Glibc
import GRPC
import Kernel
import Protobuf
import Synchronization
import Testing

@testable import RPC

@Suite struct EchoTests {
    @Test(.timeLimit(.minutes(1)), arguments: Kind.allCases)
    func `a call returns its answer`(kind: Kind) async throws {
        try await withEcho(kind) { channel in
            let note = Note("grüße", number: 7, payload: [0, 255])
            try await expectEcho(of: note, over: channel)
            try await expectEcho(of: Note(), over: channel)
        }
    }

    @Test(.timeLimit(.minutes(1)), arguments: Kind.allCases)
    func `a failure keeps its code and words`(kind: Kind) async throws {
        try await withEcho(kind) { channel in
            for code in 1...16 {
                let status = await status {
                    let note = Note("why: ü 100%\n", number: UInt64(code))
                    _ = try await channel.unary(Echo.fail, note, deadline: .seconds(10))
                }
                #expect(status == Status(StatusCode(rawValue: code), "why: ü 100%\n"))
            }
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `an unknown method is UNIMPLEMENTED`() async throws {
        try await withEcho { channel in
            let missing = Method<Note, Note>("opi.test.Nobody", "Missing")
            let status = await status {
                _ = try await channel.unary(missing, Note(), deadline: .seconds(10))
            }
            #expect(status?.code == .unimplemented)
            #expect(status?.message.contains("/opi.test.Nobody/Missing") == true)
        }
    }

    @Test(.timeLimit(.minutes(1)), arguments: Kind.allCases)
    func `a slow reader gets ten thousand answers in order`(kind: Kind) async throws {
        let log = Echo.Log()
        try await withEcho(kind, Echo.services(log)) { channel in
            let request = Note(number: 10_000, payload: [UInt8](repeating: 1, count: 300))
            let answers = try await channel.serverStreaming(Echo.count, request)
            var next: UInt64 = 0
            for try await answer in answers {
                #expect(answer.number == next)
                next += 1
                if next == 100 {
                    try await Task.sleep(for: .milliseconds(200))
                    // 300 bytes each: what fits windows and buffers, far from everything.
                    #expect(log.sent.withLock { $0 } < 5_000)
                }
            }
            #expect(next == 10_000)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a stream that breaks gives its answers first`() async throws {
        try await withEcho { channel in
            var count = 0
            let status = await status {
                let request = Note("gone", number: 3)
                for try await _ in try await channel.serverStreaming(Echo.break, request) {
                    count += 1
                }
            }
            #expect(count == 3)
            #expect(status == Status(.notFound, "gone"))
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `messages of megabytes pass, and above the limit they do not`() async throws {
        try await withEcho { channel in
            let large = Note(payload: [UInt8](repeating: 7, count: 3 << 20))
            try await expectEcho(of: large, over: channel)
            let received = await status {
                let note = Note(number: 5 << 20)
                _ = try await channel.unary(Echo.grow, note, deadline: .seconds(20))
            }
            #expect(received?.code == .resourceExhausted)
            let sent = await status {
                let note = Note(payload: [UInt8](repeating: 7, count: 5 << 20))
                _ = try await channel.unary(Echo.repeat, note, deadline: .seconds(20))
            }
            #expect(sent?.code == .resourceExhausted)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `the receiver's limit holds too`() async throws {
        var options = ChannelOptions()
        options.messageLimit = 16 << 20
        try await withEcho(channel: options) { channel in
            let status = await status {
                let note = Note(payload: [UInt8](repeating: 7, count: 5 << 20))
                _ = try await channel.unary(Echo.repeat, note, deadline: .seconds(20))
            }
            #expect(status?.code == .resourceExhausted)
            let note = Note("still there")
            try await expectEcho(of: note, over: channel)
        }
        options.messageLimit = 1000
        try await withEcho(channel: options) { channel in
            let status = await status {
                let note = Note(number: 2000)
                _ = try await channel.unary(Echo.grow, note, deadline: .seconds(20))
            }
            #expect(status?.code == .resourceExhausted)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `metadata arrives`() async throws {
        try await withEcho { channel in
            var metadata = Metadata()
            try metadata.add("x-echo", "a b")
            try metadata.add("x-echo-bin", bytes: [0, 255])
            let answer = try await channel.unary(
                Echo.headers,
                Note(),
                deadline: .seconds(10),
                metadata: metadata
            )
            #expect(answer == Note("a b", payload: [0, 255]))
        }
    }

    @Test(.timeLimit(.minutes(1)), arguments: Kind.allCases)
    func `many calls share a connection`(kind: Kind) async throws {
        try await withEcho(kind) { channel in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<1000 {
                    group.addTask {
                        let note = Note(number: UInt64(number))
                        let answer = try await channel.unary(
                            Echo.repeat,
                            note,
                            deadline: .seconds(30)
                        )
                        return answer == note
                    }
                }
                for try await isRight in group { #expect(isRight) }
            }
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `calls above the server's limit of streams wait for their turn`() async throws {
        var options = ServerOptions()
        options.listen.streams = 2
        try await withEcho(options: options) { channel in
            _ = try await channel.unary(Echo.repeat, Note(), deadline: .seconds(10))
            await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        await status {
                            let note = Note(number: 5)
                            _ = try await channel.unary(Echo.wait, note, deadline: .seconds(30))
                        } == nil
                    }
                }
                for await isRight in group { #expect(isRight) }
            }
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `the method sees who calls and how long`() async throws {
        let seen = Mutex<(process: Int32?, time: Duration?)>((nil, nil))
        var services = Services()
        services.handle(Echo.repeat) { (note, context) throws(Status) in
            seen.withLock { $0 = (context.credentials?.process, context.timeRemaining) }
            return note
        }
        try await withEcho(.unix, services) { channel in
            _ = try await channel.unary(Echo.repeat, Note(), deadline: .seconds(10))
        }
        let (process, time) = seen.withLock { $0 }
        #expect(process == getpid())
        #expect(try #require(time) > .seconds(5))
        #expect(try #require(time) <= .seconds(10))
    }

    @Test(.timeLimit(.minutes(1)))
    func `the blocking client makes the same calls`() async throws {
        try await withServer { endpoint in
            guard case .unix(let path) = endpoint else { return }
            let client = BlockingClient(unixPath: path)
            let note = Note("grüße", payload: [UInt8](repeating: 7, count: 2 << 20))
            let answer = try await onThread {
                try client.unary(Echo.repeat, note, deadline: .after(.seconds(20)))
            }
            #expect(answer == note)
            let failure = await blockingStatus {
                let note = Note("why", number: 5)
                _ = try client.unary(Echo.fail, note, deadline: .after(.seconds(10)))
            }
            #expect(failure == Status(.notFound, "why"))
            let late = await blockingStatus {
                let note = Note(number: 60_000)
                _ = try client.unary(Echo.wait, note, deadline: .after(.milliseconds(100)))
            }
            #expect(late?.code == .deadlineExceeded)
        }
        let nobody = await blockingStatus {
            let client = BlockingClient(unixPath: "/tmp/opi-nobody.sock")
            _ = try client.unary(Echo.repeat, Note(), deadline: .after(.seconds(1)))
        }
        #expect(nobody?.code == .unavailable)
        #expect(nobody?.message.contains("ENOENT") == true)
    }
}
