// SPDX-License-Identifier: Apache-2.0

import Connections
import GRPC
import Gzip
import HPACK
import HTTP2
import Kernel
import NIOPosix
import Protobuf
import Synchronization
import TestSupport
import Testing

@testable import RPC

@Suite struct CompressionTests {
    private static let time = Duration.seconds(30)
    private static let long = Note("x", payload: [UInt8](repeating: 7, count: 100_000))

    /// Says in `number` whether the request came compressed, and answers compressed.
    private static func services(_ compression: Compression?) -> Services {
        var services = Services()
        services.handle(Echo.repeat) { (note, context) throws(Status) in
            var answer = note
            answer.number = context.wasCompressed ? 1 : 0
            context.compress(compression)
            return answer
        }
        services.converse(Flow.echo) { (notes, writer, context) throws(Status) in
            context.compress(compression)
            for try await note in notes {
                var answer = note
                answer.number = context.wasCompressed ? 1 : 0
                try await writer.send(answer, compressed: note.text == "x")
            }
        }
        return services
    }

    @Test(.timeLimit(.minutes(1)), arguments: [nil, Compression.standard])
    func `a call is compressed as it asks`(answers: Compression?) async throws {
        try await withEcho(.unix, Self.services(answers)) { channel in
            for (compression, wasCompressed) in [(nil, 0), (Compression.standard, 1)] {
                var options = CallOptions()
                options.compression = compression
                let answer = try await channel.unary(
                    Echo.repeat,
                    Self.long,
                    deadline: Self.time,
                    options: options
                )
                #expect(answer.payload == Self.long.payload)
                #expect(answer.number == UInt64(wasCompressed))
            }
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `each message of a stream may be compressed or not`() async throws {
        try await withEcho(.unix, Self.services(.standard)) { channel in
            var options = CallOptions()
            options.compression = .standard
            let seen = try await channel.bidirectional(
                Flow.echo,
                deadline: Self.time,
                options: options
            ) { (writer, answers) throws(Status) in
                try await writer.send(Self.long)
                try await writer.send(Self.long, compressed: false)
                try await writer.send(Note("short"))
                writer.finish()
                var seen: [UInt64] = []
                for try await answer in answers { seen.append(answer.number) }
                return seen
            }
            #expect(seen == [1, 0, 0])
        }
    }

    @Test func `what is short or gains nothing goes out as it is`() throws {
        var generator = SystemRandomNumberGenerator()
        let noise = (0..<5000).map { _ in UInt8.random(in: 0...255, using: &generator) }
        for (note, flag) in [(Note("a"), 0), (Note(payload: noise), 0), (Self.long, 1)] {
            let framed = try note.framed(limit: 1 << 20, .standard)
            #expect(framed.first == UInt8(flag))
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a bomb is RESOURCE_EXHAUSTED, and what is no gzip INTERNAL`() async throws {
        let bomb = try #require(Gzip.deflate([UInt8](repeating: 0, count: 64 << 20)))
        for (bytes, code) in [(bomb, StatusCode.resourceExhausted), ([1, 2, 3], .internalError)] {
            #expect(throws: Status.self) {
                do throws(Status) {
                    _ = try Note(received: Frame(bytes, encoding: .gzip), limit: 4 << 20)
                } catch {
                    #expect(error.code == code)
                    throw error
                }
            }
        }
    }
}
