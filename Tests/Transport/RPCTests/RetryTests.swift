// SPDX-License-Identifier: Apache-2.0

import Connections
import GRPC
import Kernel
import Protobuf
import Synchronization
import TestSupport
import Testing

@testable import RPC

@Suite struct RetryTests {
    private static let quick = Backoff(
        initial: .milliseconds(10),
        factor: 2,
        maximum: .milliseconds(40),
        jitter: 0
    )

    private static let policy = RetryPolicy(attempts: 4, backoff: quick)

    /// What the decision is made of, and what it is: a pause in milliseconds, or nil.
    struct Row: Sendable {
        var earlier = 0
        var code = StatusCode.unavailable
        var headers = false
        var refused = false
        var pushback: String?
        var left: Int? = 1000
        var pause: Int?
    }

    private static let rows = [
        Row(pause: 10), Row(earlier: 1, pause: 20), Row(earlier: 2, pause: 40), Row(earlier: 3),
        Row(headers: true), Row(code: .internalError), Row(code: .deadlineExceeded),
        Row(left: 10), Row(left: 11, pause: 10), Row(left: -5), Row(left: nil, pause: 10),
        Row(pushback: "7", pause: 7), Row(pushback: "0", pause: 0), Row(pushback: "-1"),
        Row(pushback: "soon"), Row(pushback: ""), Row(pushback: "99999999999"),
        Row(pushback: "7", left: 7), Row(earlier: 3, pushback: "7"),
        Row(code: .internalError, pushback: "7"), Row(headers: true, pushback: "7"),
        Row(refused: true, pause: 0), Row(code: .internalError, refused: true, pause: 0),
    ]

    @Test(arguments: rows)
    func `decides`(row: Row) throws {
        var generator = SystemRandomNumberGenerator()
        var retries = Retries(Self.policy, nil)
        for _ in 0..<row.earlier {
            let outcome = Retries.Outcome(status: Status(.unavailable))
            _ = retries.pause(after: outcome, left: .seconds(9), using: &generator)
        }
        var trailers = Metadata()
        if let pushback = row.pushback { try trailers.add(Metadata.retryPushback, pushback) }
        let decided = retries.pause(
            after: Retries.Outcome(
                status: Status(row.code),
                wasRefused: row.refused,
                hadHeaders: row.headers,
                pushback: Pushback(trailers)
            ),
            left: row.left.map { .milliseconds($0) },
            using: &generator
        )
        #expect(decided == row.pause.map { .milliseconds($0) })
    }

    @Test func `after a pushback the pauses start again`() {
        var generator = SystemRandomNumberGenerator()
        var retries = Retries(Self.policy, nil)
        let plain = Retries.Outcome(status: Status(.unavailable))
        var pushed = plain
        pushed.pushback = .after(.milliseconds(3))
        let pauses = [plain, pushed, plain].map {
            retries.pause(after: $0, left: nil, using: &generator)
        }
        #expect(pauses == [.milliseconds(10), .milliseconds(3), .milliseconds(10)])
        #expect(retries.failed == 3)
    }

    @Test func `a throttle stops at half and opens with successes`() {
        let throttle = RetryThrottle(RetryThrottling(tokens: 4, thousandths: 500))
        #expect(throttle.failed())
        #expect(!throttle.failed())
        throttle.succeeded()
        throttle.succeeded()
        #expect(!throttle.failed())
        for _ in 0..<9 { throttle.succeeded() }
        #expect(throttle.failed())
        for _ in 0..<9 { throttle.succeeded() }
        #expect(throttle.failed())
        #expect(!throttle.failed())
    }

    @Test func `pauses differ, so that clients do not come back together`() {
        var policy = Self.policy
        policy.backoff.jitter = 0.5
        var generator = SystemRandomNumberGenerator()
        let outcome = Retries.Outcome(status: Status(.unavailable))
        let pauses = (0..<100).compactMap { _ in
            var retries = Retries(policy, nil)
            return retries.pause(after: outcome, left: .seconds(1), using: &generator)
        }
        #expect(pauses.count == 100)
        #expect(Set(pauses).count > 10)
        #expect(pauses.allSatisfy { (.milliseconds(5) ... .milliseconds(15)).contains($0) })
    }

    final class Counter: Sendable {
        let calls = Mutex(0)
    }

    /// Fails so many times, after headers or without, then answers.
    private static func services(
        _ counter: Counter,
        failures: Int,
        _ code: StatusCode = .unavailable,
        afterHeaders: Bool = false
    ) -> Services {
        var services = Services()
        services.handle(Echo.repeat) { (note, context) throws(Status) in
            let number = counter.calls.withLock { calls in
                calls += 1
                return calls
            }
            if number > failures { return note }
            if afterHeaders { context.send(metadata: Metadata()) }
            throw Status(code, "not now")
        }
        return services
    }

    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            (0, StatusCode.unavailable, false, true, 1), (3, .unavailable, false, true, 4),
            (9, .unavailable, false, false, 4), (1, .unavailable, true, false, 1),
            (1, .aborted, false, false, 1),
        ]
    )
    func `a call is made again`(
        failures: Int,
        code: StatusCode,
        afterHeaders: Bool,
        isAnswered: Bool,
        calls: Int
    ) async throws {
        let counter = Counter()
        let services = Self.services(counter, failures: failures, code, afterHeaders: afterHeaders)
        try await withEcho(.unix, services) { channel in
            var options = CallOptions()
            options.retry = Self.policy
            let failure = await status {
                _ = try await channel.unary(
                    Echo.repeat,
                    Note(),
                    deadline: .seconds(10),
                    options: options
                )
            }
            #expect((failure == nil) == isAnswered)
            #expect(counter.calls.withLock { $0 } == calls)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `without a policy a failure is final`() async throws {
        let counter = Counter()
        try await withEcho(.unix, Self.services(counter, failures: 1)) { channel in
            let failure = await status {
                _ = try await channel.unary(Echo.repeat, Note(), deadline: .seconds(10))
            }
            #expect(failure == Status(.unavailable, "not now"))
            #expect(counter.calls.withLock { $0 } == 1)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `each attempt says how many came before it`() async throws {
        let seen = Mutex<[String?]>([])
        var services = Services()
        services.handle(Echo.repeat) { (note, context) throws(Status) in
            let count = seen.withLock { seen in
                seen.append(context.metadata[Metadata.previousAttempts])
                return seen.count
            }
            guard count > 2 else { throw Status(.unavailable, "not now") }
            return note
        }
        try await withEcho(.unix, services) { channel in
            var options = CallOptions()
            options.retry = Self.policy
            _ = try await channel.unary(
                Echo.repeat,
                Note(),
                deadline: .seconds(10),
                options: options
            )
        }
        #expect(seen.withLock { $0 } == [nil, "1", "2"])
    }

    @Test(.timeLimit(.minutes(1)), arguments: [("-1", 1), ("no", 1), ("0", 4), ("5", 4)])
    func `a server may ask not to be called again`(pushback: String, calls: Int) async throws {
        let counter = Counter()
        var services = Services()
        services.handle(Echo.repeat) { (_, context) throws(Status) in
            counter.calls.withLock { $0 += 1 }
            var trailers = Metadata()
            do throws(MetadataError) {
                try trailers.add(Metadata.retryPushback, pushback)
            } catch {
                throw Status(.internalError, "\(error)")
            }
            context.add(trailers: trailers)
            throw Status(.unavailable, "not now")
        }
        try await withEcho(.unix, services) { channel in
            var options = CallOptions()
            options.retry = Self.policy
            let failure = await status {
                _ = try await channel.unary(
                    Echo.repeat,
                    Note(),
                    deadline: .seconds(10),
                    options: options
                )
            }
            #expect(failure == Status(.unavailable, "not now"))
        }
        #expect(counter.calls.withLock { $0 } == calls)
    }

    @Test(.timeLimit(.minutes(1)))
    func `a channel with too many failures makes no call again`() async throws {
        let counter = Counter()
        var channelOptions = ChannelOptions()
        channelOptions.retryThrottling = RetryThrottling(tokens: 4, thousandths: 100)
        let services = Self.services(counter, failures: .max)
        try await withEcho(.unix, services, channel: channelOptions) { channel in
            var options = CallOptions()
            options.retry = Self.policy
            for expected in [2, 3, 4] {
                let failure = await status {
                    _ = try await channel.unary(
                        Echo.repeat,
                        Note(),
                        deadline: .seconds(10),
                        options: options
                    )
                }
                #expect(failure?.code == .unavailable)
                #expect(counter.calls.withLock { $0 } == expected)
            }
        }
    }

    /// How a streaming call fails before it succeeds.
    enum Failing: Sendable { case atOnce, afterHeaders, afterAnswer }

    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            (2, Failing.atOnce, true, 3), (9, .atOnce, false, 4), (1, .afterHeaders, false, 1),
            (1, .afterAnswer, false, 1),
        ]
    )
    func `a stream of answers is asked for again until it begins`(
        failures: Int,
        failing: Failing,
        isAnswered: Bool,
        calls: Int
    ) async throws {
        let counter = Counter()
        var services = Services()
        services.stream(Echo.count) { (note, writer, context) throws(Status) in
            let number = counter.calls.withLock { calls in
                calls += 1
                return calls
            }
            if number <= failures {
                if failing == .afterHeaders { context.send(metadata: Metadata()) }
                if failing == .afterAnswer { try await writer.send(note) }
                throw Status(.unavailable, "not now")
            }
            for _ in 0..<3 { try await writer.send(note) }
        }
        try await withEcho(.unix, services) { channel in
            var options = CallOptions()
            options.retry = Self.policy
            var answers = 0
            let failure = await status {
                let stream = try await channel.serverStreaming(
                    Echo.count,
                    Note("x"),
                    deadline: .seconds(20),
                    options: options
                )
                for try await answer in stream {
                    #expect(answer == Note("x"))
                    answers += 1
                }
            }
            #expect((failure == nil) == isAnswered)
            #expect(answers == (isAnswered ? 3 : failing == .afterAnswer ? 1 : 0))
            #expect(counter.calls.withLock { $0 } == calls)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a stream that waits to be asked for again can be cancelled`() async throws {
        let counter = Counter()
        var slow = Self.policy
        slow.backoff.initial = .seconds(600)
        slow.backoff.maximum = .seconds(600)
        var services = Services()
        services.stream(Echo.count) { (_, _, _) throws(Status) in
            counter.calls.withLock { $0 += 1 }
            throw Status(.unavailable, "not now")
        }
        try await withEcho(.unix, services) { channel in
            var options = CallOptions()
            options.retry = slow
            let stream = try await channel.serverStreaming(Echo.count, Note(), options: options)
            let ended = await withTaskGroup(of: Status?.self) { group in
                group.addTask { await status { for try await _ in stream {} } }
                while counter.calls.withLock({ $0 }) == 0 { await Task.yield() }
                group.cancelAll()
                return await group.next() ?? nil
            }
            #expect(ended?.code == .cancelled)
            #expect(counter.calls.withLock { $0 } == 1)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a call may wait for the server`() async throws {
        let path = temporaryPath()
        var channelOptions = ChannelOptions()
        channelOptions.dial.backoff = Self.quick
        let channel = Channel(.unix(path: path), options: channelOptions)
        var options = CallOptions()
        options.waitsForReady = true
        let late = await status {
            _ = try await channel.unary(
                Echo.repeat,
                Note(),
                deadline: .milliseconds(200),
                options: options
            )
        }
        #expect(late?.code == .deadlineExceeded)
        let atOnce = await status {
            _ = try await channel.unary(Echo.repeat, Note(), deadline: .seconds(10))
        }
        #expect(atOnce?.code == .unavailable)
        try await withThrowingTaskGroup(of: Void.self) { group in
            let options = options
            for _ in 0..<3 {
                group.addTask {
                    let answer = try await channel.unary(
                        Echo.repeat,
                        Note("there"),
                        deadline: .seconds(30),
                        options: options
                    )
                    #expect(answer == Note("there"))
                }
            }
            try await Task.sleep(for: .milliseconds(200))
            let server = try await Server.bind(.unix(path: path), Echo.services())
            group.addTask { await server.run() }
            for _ in 0..<3 { try await group.next() }
            group.cancelAll()
        }
        await channel.close()
    }
}
