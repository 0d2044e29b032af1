// SPDX-License-Identifier: Apache-2.0

import Connections
import GRPC
import Kernel
import Protobuf
import Synchronization
import Testing

@testable import RPC

/// Methods that take a stream.
enum Flow {
    static let sum = Method<Note, Note>("opi.test.Flow", "Sum")
    static let first = Method<Note, Note>("opi.test.Flow", "First")
    static let echo = Method<Note, Note>("opi.test.Flow", "Echo")
    static let slow = Method<Note, Note>("opi.test.Flow", "Slow")

    /// What the methods have seen, for tests to look at.
    final class Log: Sendable {
        let sent = Mutex(0)
        let taken = Mutex(0)
        let mayTake = Mutex(false)
        let endings = Mutex<[StatusCode]>([])
    }

    static func services(_ log: Log = Log()) -> Services {
        var services = Echo.services()
        services.collect(sum) { (notes, _) throws(Status) in
            var total = Note()
            for try await note in notes {
                total.number += note.number
                total.text += note.text
            }
            return total
        }
        services.collect(first) { (notes, _) throws(Status) in
            var iterator = notes.makeAsyncIterator()
            guard let note = try await iterator.next() else { throw Status(.notFound) }
            return note
        }
        services.converse(echo) { (notes, writer, context) throws(Status) in
            context.send(metadata: context.metadata)
            context.add(trailers: context.metadata)
            do throws(Status) {
                for try await note in notes {
                    if note.text == "fail" { throw Status(.aborted, "as told", details: [1, 2]) }
                    if note.text == "end" { return }
                    try await writer.send(note)
                }
            } catch {
                log.endings.withLock { $0.append(error.code) }
                throw error
            }
        }
        services.converse(slow) { (notes, _, _) throws(Status) in
            while !log.mayTake.withLock({ $0 }) { await moment() }
            for try await _ in notes { log.taken.withLock { $0 += 1 } }
        }
        return services
    }
}

/// A moment, to look again.
func moment() async {
    do { try await Task.sleep(for: .milliseconds(5)) } catch {}
}

/// Waits until something holds, ten seconds at most.
func eventually(_ holds: () -> Bool) async -> Bool {
    for _ in 0..<2000 {
        if holds() { return true }
        await moment()
    }
    return false
}

@Suite struct StreamingTests {
    private static let time = Duration.seconds(30)

    @Test(.timeLimit(.minutes(1)), arguments: Kind.allCases)
    func `a streamed request has one answer`(kind: Kind) async throws {
        try await withEcho(kind, Flow.services()) { channel in
            for count in [0, 1, 5000] {
                let total = try await channel.clientStreaming(Flow.sum, deadline: Self.time) {
                    (writer) throws(Status) in
                    for _ in 0..<count { try await writer.send(Note(number: 2)) }
                }
                #expect(total.number == UInt64(2 * count))
            }
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `an answer may come before the end of the request`() async throws {
        try await withEcho(.unix, Flow.services()) { channel in
            let big = Note("x", payload: [UInt8](repeating: 1, count: 10_000))
            let answer = try await channel.clientStreaming(Flow.first, deadline: Self.time) {
                (writer) throws(Status) in
                while true { try await writer.send(big) }
            }
            #expect(answer == big)
            let none = await status {
                _ = try await channel.clientStreaming(Flow.first, deadline: Self.time) {
                    (_) throws(Status) in
                }
            }
            #expect(none?.code == .notFound)
            try await expectEcho(of: big, over: channel)
        }
    }

    @Test(.timeLimit(.minutes(1)), arguments: Kind.allCases)
    func `messages go back and forth`(kind: Kind) async throws {
        try await withEcho(kind, Flow.services()) { channel in
            let last = try await channel.bidirectional(Flow.echo, deadline: Self.time) {
                (writer, answers) throws(Status) in
                var iterator = answers.makeAsyncIterator()
                for number in 0..<200 {
                    try await writer.send(Note(number: UInt64(number)))
                    let answer = try await iterator.next()
                    #expect(answer?.number == UInt64(number))
                }
                writer.finish()
                return try await iterator.next()
            }
            #expect(last == nil)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `the server may end a conversation, well or not`() async throws {
        try await withEcho(.unix, Flow.services()) { channel in
            let ended = try await channel.bidirectional(Flow.echo, deadline: Self.time) {
                (writer, answers) throws(Status) in
                try await writer.send(Note("end"))
                var iterator = answers.makeAsyncIterator()
                let answer = try await iterator.next()
                #expect(writer.status == .ok)
                return answer
            }
            #expect(ended == nil)
            let failed = await status {
                try await channel.bidirectional(Flow.echo, deadline: Self.time) {
                    (writer, _) throws(Status) in
                    try await writer.send(Note("fail"))
                    while true { try await writer.send(Note()) }
                }
            }
            #expect(failed == Status(.aborted, "as told", details: [1, 2]))
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `metadata comes ahead, with the status, and in bytes`() async throws {
        try await withEcho(.unix, Flow.services()) { channel in
            var metadata = Metadata()
            try metadata.add("x-text", "a b")
            try metadata.add("x-bytes-bin", bytes: [0, 255])
            let response = ResponseMetadata()
            var options = CallOptions(metadata: metadata)
            options.response = response
            let ahead = try await channel.bidirectional(
                Flow.echo,
                deadline: Self.time,
                options: options
            ) { (writer, answers) throws(Status) in
                let ahead = try await answers.metadata()
                writer.finish()
                for try await _ in answers {}
                #expect(answers.trailers["x-text"] == "a b")
                return ahead
            }
            for received in [ahead, response.initial, response.trailing] {
                #expect(received["x-text"] == "a b")
                #expect(received.bytes(of: "x-bytes-bin") == [[0, 255]])
            }
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a slow reader slows the client down`() async throws {
        let log = Flow.Log()
        try await withEcho(.unix, Flow.services(log)) { channel in
            let total = 10_000
            try await channel.bidirectional(Flow.slow, deadline: Self.time) {
                (writer, answers) throws(Status) in
                let failure = await withTaskGroup(of: Status?.self) { group in
                    group.addTask {
                        await status {
                            let note = Note(payload: [UInt8](repeating: 0, count: 1000))
                            for _ in 0..<total {
                                try await writer.send(note)
                                log.sent.withLock { $0 += 1 }
                            }
                            writer.finish()
                        }
                    }
                    for _ in 0..<100 { await moment() }
                    // What the windows, both ends' queues and the kernel's buffers take.
                    #expect(log.sent.withLock { $0 } < total / 2)
                    log.mayTake.withLock { $0 = true }
                    return await group.next() ?? nil
                }
                if let failure { throw failure }
                for try await _ in answers {}
            }
            #expect(log.taken.withLock { $0 } == total)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a body that throws, returns or is cancelled ends the call`() async throws {
        let log = Flow.Log()
        try await withEcho(.unix, Flow.services(log)) { channel in
            let thrown = await status {
                _ = try await channel.clientStreaming(Flow.sum, deadline: Self.time) {
                    (writer) throws(Status) in
                    try await writer.send(Note())
                    throw Status(.dataLoss, "ours")
                }
            }
            #expect(thrown == Status(.dataLoss, "ours"))
            try await channel.bidirectional(Flow.echo) { (writer, answers) throws(Status) in
                try await writer.send(Note())
                var iterator = answers.makeAsyncIterator()
                _ = try await iterator.next()
            }
            #expect(await eventually { log.endings.withLock { $0 } == [.cancelled] })
            await withTaskGroup(of: StatusCode?.self) { group in
                group.addTask {
                    await status {
                        try await channel.bidirectional(Flow.echo) {
                            (writer, answers) throws(Status) in
                            try await writer.send(Note())
                            for try await _ in answers {}
                        }
                    }?.code
                }
                do { try await Task.sleep(for: .milliseconds(100)) } catch {}
                group.cancelAll()
                #expect(await group.next() == .cancelled)
            }
            #expect(await eventually { log.endings.withLock { $0.count } == 2 })
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a deadline ends both sides`() async throws {
        let log = Flow.Log()
        try await withEcho(.unix, Flow.services(log)) { channel in
            let late = await status {
                try await channel.bidirectional(Flow.echo, deadline: .milliseconds(200)) {
                    (_, answers) throws(Status) in
                    for try await _ in answers {}
                }
            }
            #expect(late?.code == .deadlineExceeded)
            #expect(await eventually { log.endings.withLock { $0.count } == 1 })
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a connection that goes cancels the method`() async throws {
        let log = Flow.Log()
        try await withServer(.unix, Flow.services(log)) { endpoint in
            let channel = Channel(endpoint)
            let lost = await status {
                try await channel.bidirectional(Flow.echo) { (writer, answers) throws(Status) in
                    try await writer.send(Note())
                    var iterator = answers.makeAsyncIterator()
                    _ = try await iterator.next()
                    await channel.close()
                    _ = try await iterator.next()
                }
            }
            #expect(lost?.code == .unavailable)
            #expect(await eventually { log.endings.withLock { $0.count } == 1 })
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a stream may be longer than what the server wants to hold`() async throws {
        var options = ServerOptions()
        options.requestBytes = 1 << 20
        try await withEcho(.unix, Flow.services(), options: options) { channel in
            for _ in 0..<2 {
                let note = Note(number: 1, payload: [UInt8](repeating: 1, count: 10_000))
                let total = try await channel.clientStreaming(Flow.sum, deadline: Self.time) {
                    (writer) throws(Status) in
                    for _ in 0..<500 { try await writer.send(note) }
                }
                #expect(total.number == 500)
            }
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a message above the limit ends the stream on either side`() async throws {
        var options = ServerOptions()
        options.messageLimit = 1000
        let log = Flow.Log()
        try await withEcho(.unix, Flow.services(log), options: options) { channel in
            let large = await status {
                try await channel.bidirectional(Flow.echo, deadline: Self.time) {
                    (writer, answers) throws(Status) in
                    try await writer.send(Note("small"))
                    var iterator = answers.makeAsyncIterator()
                    _ = try await iterator.next()
                    try await writer.send(Note(payload: [UInt8](repeating: 1, count: 2000)))
                    _ = try await iterator.next()
                }
            }
            #expect(large?.code == .resourceExhausted)
            #expect(await eventually { log.endings.withLock { $0 } == [.resourceExhausted] })
        }
    }
}

@Suite struct MessageQueueTests {
    @Test func `empty messages cost something`() {
        var queue = MessageQueue()
        queue.owe(5)
        #expect(queue.takeOwed() == 5)
        for _ in 0..<10_000 { queue.append(Frame([])) }
        queue.owe(5)
        #expect(queue.takeOwed() == 0)
        while queue.take() != nil {}
        #expect(queue.takeOwed() == 5)
    }
}
