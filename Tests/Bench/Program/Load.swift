// SPDX-License-Identifier: Apache-2.0

import Connections
import GRPC
import Glibc
import Kernel
import RPC
import TLS

extension Main {
    /// `unary[-on-loop] FLIGHT SECONDS BYTES`, `flow COUNT SIZE` or `idle STREAMS`; then perhaps
    /// an authority.
    static func load(from endpoint: Endpoint, _ words: [String]) async throws {
        let numbers = words.dropFirst().compactMap { Int($0) }
        var options = ChannelOptions()
        options.messageLimit = 16 << 20
        if words.count > numbers.count + 1 {
            var configuration = TLSClientConfiguration()
            configuration.authorities = try Files.read(words[words.count - 1], limit: 1 << 20)
            options.dial.tls = TLSPeer(try TLSClientContext(configuration), name: "localhost")
        }
        let channel = Channel(endpoint, options: options)
        switch (words[0], numbers.count) {
        case ("unary", 3):
            let unary = Unary(channel, seconds: numbers[1], bytes: numbers[2])
            try await unary.run(numbers[0])
        case ("unary-on-loop", 3):
            let unary = Unary(channel, seconds: numbers[1], bytes: numbers[2])
            try await withTaskExecutorPreference(channel.executor) {
                try await unary.run(numbers[0])
            }
        case ("flow", 2): try await flow(channel, numbers[0], numbers[1])
        case ("idle", 1): try await idle(channel, numbers[0])
        default: fatalError("unknown load \(words)")
        }
    }

    private static func flow(_ channel: Channel, _ count: Int, _ size: Int) async throws {
        let start = ContinuousClock.now
        let before = clock()
        var bytes = 0
        let request = Chunk(count: UInt32(count), size: UInt32(size))
        for try await chunk in try await channel.serverStreaming(Bench.flow, request) {
            bytes += chunk.body.count
        }
        precondition(bytes == count * size, "\(bytes) bytes came")
        let rate = Double(bytes) / start.duration(to: .now).seconds / 1e6
        print(#"{"rate": \#(rate), "cpu": \#(microseconds(since: before) / Double(count))}"#)
    }

    private static func idle(_ channel: Channel, _ streams: Int) async throws {
        let (opened, signal) = AsyncStream.makeStream(of: Void.self)
        await withThrowingTaskGroup { group in
            for _ in 0..<streams {
                group.addTask {
                    try await channel.bidirectional(Bench.talk) {
                        (writer, answers) throws(Status) in
                        try await writer.send(Chunk(body: [0x78]))
                        for try await _ in answers { signal.yield() }
                    }
                }
            }
            var count = 0
            for await _ in opened {
                count += 1
                if count == streams {
                    print("idle")
                    fflush(nil)
                }
            }
        }
    }

    /// Processor time of all threads.
    static func microseconds(since before: clock_t) -> Double {
        Double(clock() - before) / Double(CLOCKS_PER_SEC) * 1e6
    }
}

/// So many calls at a time, each followed by the next.
actor Unary {
    private let channel: Channel
    private let span: Duration
    private let request: Chunk
    private var times: [Double] = []
    private var start = ContinuousClock.now
    private var processor = clock()
    private var isWarm = false
    private var measured: Duration?

    init(_ channel: Channel, seconds: Int, bytes: Int) {
        self.channel = channel
        span = .seconds(seconds)
        request = Chunk(body: Array(repeating: 0x78, count: bytes))
        times.reserveCapacity(1 << 20)
    }

    func run(_ flight: Int) async throws {
        try await withThrowingTaskGroup { group in
            for _ in 0..<flight { group.addTask { try await self.calls() } }
            try await group.waitForAll()
        }
        let used = Main.microseconds(since: processor)
        times.sort()
        let count = times.count
        let rate = Double(count) / (measured ?? span).seconds
        let (median, late) = (times[count / 2], times[count * 99 / 100])
        print(
            #"{"calls": \#(count), "p50": \#(median), "p99": \#(late),"#,
            #""rate": \#(rate), "cpu": \#(used / Double(count))}"#
        )
    }

    private nonisolated func calls() async throws {
        while true {
            let begin = ContinuousClock.now
            let answer = try await channel.unary(Bench.echo, request, deadline: .seconds(20))
            precondition(answer.body.count == request.body.count)
            guard await record(begin) else { return }
        }
    }

    /// Counts a call, but for those of a warm-up of a quarter of the time; false at the end.
    private func record(_ begin: ContinuousClock.Instant) -> Bool {
        let now = ContinuousClock.now
        let elapsed = start.duration(to: now)
        if !isWarm, elapsed > span / 4 {
            isWarm = true
            times.removeAll(keepingCapacity: true)
            start = now
            processor = clock()
            return true
        }
        times.append(begin.duration(to: now).seconds * 1e6)
        if isWarm, elapsed >= span {
            measured = measured ?? elapsed
            return false
        }
        return true
    }
}

extension Duration {
    var seconds: Double { self / .seconds(1) }
}
