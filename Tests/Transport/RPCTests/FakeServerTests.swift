// SPDX-License-Identifier: Apache-2.0

import Connections
import GRPC
import HPACK
import HTTP2
import NIOPosix
import Protobuf
import Synchronization
import TestSupport
import Testing

@testable import RPC

/// Our client against servers that answer as they should not.
@Suite struct FakeServerTests {
    /// What a fake does with a request, on its stream.
    typealias Answer = @Sendable (_ number: Int, StreamHandle) throws(RequestError) -> Void

    /// Answers as soon as the request is there.
    private final class Fake: StreamReceiver {
        private let stream: StreamHandle
        private let number: Int
        private let answer: Answer

        init(_ stream: StreamHandle, _ number: Int, _ answer: @escaping Answer) {
            self.stream = stream
            self.number = number
            self.answer = answer
        }

        func received(headers: [HeaderField], endStream: Bool) {}

        func received(data: [UInt8], endStream: Bool) {
            guard endStream else { return }
            do throws(RequestError) {
                try answer(number, stream)
            } catch {
                Issue.record("\(error)")
            }
        }

        func received(trailers: [HeaderField]) {}
        func becameWritable() {}
        func wasReset(_ code: ErrorCode) {}
        func failed(_ failure: ConnectionFailure) {}
    }

    /// The status of a call, and how many streams it took.
    private func call(_ answer: @escaping Answer) async throws -> (status: Status?, streams: Int) {
        let counter = Counter()
        let listener = try await Listener.bind(
            .unix(path: temporaryPath()),
            group: MultiThreadedEventLoopGroup.singleton,
            accept: { stream, _ in Fake(stream, counter.next(), answer) }
        )
        let channel = Channel(listener.endpoint)
        let status = await status {
            _ = try await channel.unary(Echo.repeat, Note("x"), deadline: .seconds(10))
        }
        await channel.close()
        listener.shutDown()
        await listener.drained(grace: .zero)
        return (status, counter.count)
    }

    private final class Counter: Sendable {
        private let value = Mutex(0)

        var count: Int { value.withLock { $0 } }

        func next() -> Int {
            value.withLock { value in
                value += 1
                return value
            }
        }
    }

    private static let headers = [
        HeaderField(":status", "200"), HeaderField("content-type", "application/grpc"),
    ]

    private static let fine = [HeaderField("grpc-status", "0")]

    @Test(.timeLimit(.minutes(1)), arguments: [(0, nil, 1), (2, nil, 3), (9, 14, 3)])
    func `a stream refused unseen is tried again, but not forever`(
        refusals: Int,
        code: Int?,
        streams: Int
    ) async throws {
        let result = try await call { (number, stream) throws(RequestError) in
            guard number > refusals else { return stream.reset(.refusedStream) }
            try stream.respond(Self.headers, endStream: false)
            try stream.send(Framing.frame(Note("x").encoded()), endStream: false)
            try stream.sendTrailers(Self.fine)
        }
        #expect(result.status?.code.rawValue == code)
        #expect(result.streams == streams)
    }

    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            (ErrorCode.cancel, StatusCode.cancelled), (.internalError, .internalError),
            (.enhanceYourCalm, .resourceExhausted),
        ]
    )
    func `any other reset ends the call`(reset: ErrorCode, code: StatusCode) async throws {
        let result = try await call { (_, stream) in stream.reset(reset) }
        #expect(result.status?.code == code)
        #expect(result.streams == 1)
    }

    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            ("200", "text/html", StatusCode.unknown), ("503", "text/html", .unavailable),
            ("404", "text/html", .unimplemented), ("200", "application/grpc", .unknown),
        ]
    )
    func `an answer that is no call's is explained`(
        status: String,
        type: String,
        code: StatusCode
    ) async throws {
        let result = try await call { (_, stream) throws(RequestError) in
            let fields = [HeaderField(":status", status), HeaderField("content-type", type)]
            try stream.respond(fields, endStream: false)
            try stream.send([0, 0, 0, 0, 0], endStream: true)
        }
        #expect(result.status?.code == code)
    }

    @Test(.timeLimit(.minutes(1)))
    func `a unary call takes exactly one good message`() async throws {
        let none = try await call { (_, stream) throws(RequestError) in
            try stream.respond(Self.headers + Self.fine, endStream: true)
        }
        #expect(none.status?.code == .unimplemented)
        let two = try await call { (_, stream) throws(RequestError) in
            try stream.respond(Self.headers, endStream: false)
            try stream.send(Framing.frame([]) + Framing.frame([]), endStream: false)
        }
        #expect(two.status?.code == .unimplemented)
        let bad = try await call { (_, stream) throws(RequestError) in
            try stream.respond(Self.headers, endStream: false)
            try stream.send(Framing.frame([0xff, 0xff]), endStream: false)
            try stream.sendTrailers(Self.fine)
        }
        #expect(bad.status?.code == .internalError)
        #expect(bad.status?.message.contains("Note") == true)
    }

    @Test(.timeLimit(.minutes(1)))
    func `while a server rests, calls fail at once with its failure`() async throws {
        var options = ChannelOptions()
        options.dial.backoff.initial = .seconds(1)
        let path = temporaryPath()
        let channel = Channel(.unix(path: path), options: options)
        let first = await status {
            _ = try await channel.unary(Echo.repeat, Note(), deadline: .seconds(10))
        }
        let server = try await Server.bind(.unix(path: path), Echo.services())
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await server.run() }
            let second = await status {
                _ = try await channel.unary(Echo.repeat, Note(), deadline: .seconds(10))
            }
            // On a very busy machine the pause may be over by now.
            #expect(second == first || second == nil)
            var last = second
            for _ in 0..<500 where last != nil {
                try? await Task.sleep(for: .milliseconds(20))
                last = await status { try await expectEcho(of: Note("back"), over: channel) }
            }
            #expect(last == nil)
            await channel.close()
            group.cancelAll()
        }
    }
}
