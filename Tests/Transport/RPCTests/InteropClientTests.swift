// SPDX-License-Identifier: Apache-2.0

import Connections
import Foundation
import GRPC
import Glibc
import Kernel
import Protobuf
import TestSupport
import Testing

@testable import RPC

/// Our client runs gRPC's interoperability tests against grpcio's server, and against ours.
@Suite struct InteropClientTests {
    private static let time = Duration.seconds(30)
    private static let requestSizes = [27182, 8, 1828, 45904]
    private static let responseSizes = [31415, 9, 2653, 58979]

    @Test(.timeLimit(.minutes(2)), arguments: Kind.allCases)
    func `grpcio's server is content with every case`(kind: Kind) async throws {
        let scratch = try Scratch()
        let peer = try await PeerProcess(
            script: "interop_server.py",
            arguments: kind.arguments(in: scratch) + ["\(kind.endpoint())"]
        )
        let endpoint = try Endpoint(parsing: try #require(peer.greeting.last))
        var options = ChannelOptions()
        try kind.secure(&options)
        let channel = Channel(endpoint, options: options)
        let result: Result<Void, any Error>
        do { result = .success(try await run(channel)) } catch { result = .failure(error) }
        await channel.close()
        peer.signal(SIGKILL)
        if case .unix(let path) = endpoint { try Files.remove(path, missingOK: true) }
        try result.get()
    }

    @Test(.timeLimit(.minutes(2)), arguments: Kind.allCases)
    func `our server is content with every case`(kind: Kind) async throws {
        try await withEcho(kind, Interop.services()) { channel in try await run(channel) }
    }

    private func run(_ channel: Channel) async throws {
        try await unary(channel)
        try await streaming(channel)
        try await pingPong(channel)
        try await compressed(channel)
        try await metadata(channel)
        try await statuses(channel)
        try await cancellation(channel)
        for _ in 0..<20 { try await largeUnary(channel) }
    }

    private func unary(_ channel: Channel) async throws {
        let empty = try await channel.unary(Interop.emptyCall, .init(), deadline: Self.time)
        #expect(empty == Interop.Empty())
        try await largeUnary(channel)
    }

    private func largeUnary(
        _ channel: Channel,
        options: CallOptions = CallOptions(),
        _ fill: (inout Interop.SimpleRequest) -> Void = { _ in }
    ) async throws {
        var request = Interop.SimpleRequest {
            $0.responseSize = 314_159
            $0.payload = Interop.payload(271_828)
        }
        fill(&request)
        let answer = try await channel.unary(
            Interop.unaryCall,
            request,
            deadline: Self.time,
            options: options
        )
        #expect(answer.payload == Interop.payload(314_159))
    }

    private func streaming(_ channel: Channel) async throws {
        let total = try await channel.clientStreaming(Interop.inputCall, deadline: Self.time) {
            (writer) throws(Status) in
            for size in Self.requestSizes {
                try await writer.send(.init { $0.payload = Interop.payload(size) })
            }
        }
        #expect(total.aggregatedPayloadSize == 74_922)
        let answers = try await channel.serverStreaming(
            Interop.outputCall,
            output(Self.responseSizes),
            deadline: Self.time
        )
        var sizes: [Int] = []
        for try await answer in answers { sizes.append(answer.payload?.body.count ?? 0) }
        #expect(sizes == Self.responseSizes)
    }

    private func output(_ sizes: [Int], size: Int = 0) -> Interop.StreamingOutputCallRequest {
        .init {
            $0.responseParameters = sizes.map { size in .init { $0.size = Int32(size) } }
            $0.payload = Interop.payload(size)
        }
    }

    private func pingPong(_ channel: Channel) async throws {
        try await channel.bidirectional(Interop.fullDuplexCall, deadline: Self.time) {
            (writer, answers) throws(Status) in
            var iterator = answers.makeAsyncIterator()
            for (sent, wanted) in zip(Self.requestSizes, Self.responseSizes) {
                try await writer.send(output([wanted], size: sent))
                let answer = try await iterator.next()
                #expect(answer?.payload?.body.count == wanted)
            }
            writer.finish()
            let end = try await iterator.next()
            #expect(end == nil)
        }
        let none = try await channel.bidirectional(Interop.fullDuplexCall, deadline: Self.time) {
            (writer, answers) throws(Status) in
            writer.finish()
            var iterator = answers.makeAsyncIterator()
            return try await iterator.next()
        }
        #expect(none == nil)
    }

    private func compressed(_ channel: Channel) async throws {
        var options = CallOptions()
        options.compression = .standard
        try await largeUnary(channel, options: options) {
            $0.expectCompressed = .init { $0.value = true }
        }
        try await largeUnary(channel) { $0.responseCompressed = .init { $0.value = true } }
        let total = try await channel.clientStreaming(
            Interop.inputCall,
            deadline: Self.time,
            options: options
        ) { (writer) throws(Status) in
            try await writer.send(
                .init {
                    $0.payload = Interop.payload(27_182)
                    $0.expectCompressed = .init { $0.value = true }
                }
            )
            let plain = Interop.StreamingInputCallRequest { $0.payload = Interop.payload(45_904) }
            try await writer.send(plain, compressed: false)
        }
        #expect(total.aggregatedPayloadSize == 73_086)
        let request = Interop.StreamingOutputCallRequest {
            $0.responseParameters = [(31_415, true), (92_653, false)].map { (size, value) in
                .init {
                    $0.size = Int32(size)
                    $0.compressed = .init { $0.value = value }
                }
            }
        }
        var sizes: [Int] = []
        for try await answer in try await channel.serverStreaming(Interop.outputCall, request) {
            sizes.append(answer.payload?.body.count ?? 0)
        }
        #expect(sizes == [31_415, 92_653])
    }

    private func metadata(_ channel: Channel) async throws {
        var options = CallOptions()
        try options.metadata.add(Interop.initialName, "test_initial_metadata_value")
        try options.metadata.add(Interop.trailingName, bytes: [0xab, 0xab, 0xab])
        let response = ResponseMetadata()
        options.response = response
        try await largeUnary(channel, options: options)
        #expect(response.initial[Interop.initialName] == "test_initial_metadata_value")
        #expect(response.trailing.bytes(of: Interop.trailingName) == [[0xab, 0xab, 0xab]])
        try await channel.bidirectional(
            Interop.fullDuplexCall,
            deadline: Self.time,
            options: options
        ) { (writer, answers) throws(Status) in
            let initial = try await answers.metadata()
            #expect(initial[Interop.initialName] == "test_initial_metadata_value")
            writer.finish()
            for try await _ in answers {}
            let trailing = answers.trailers.bytes(of: Interop.trailingName)
            #expect(trailing == [[0xab, 0xab, 0xab]])
        }
    }

    private func statuses(_ channel: Channel) async throws {
        let special = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n"
        for text in ["test status message", special] {
            let wish = Interop.EchoStatus {
                $0.code = 2
                $0.message = text
            }
            let unary = await status {
                let request = Interop.SimpleRequest { $0.responseStatus = wish }
                _ = try await channel.unary(Interop.unaryCall, request, deadline: Self.time)
            }
            #expect(unary == Status(.unknown, text))
            let streamed = await status {
                try await channel.bidirectional(Interop.fullDuplexCall, deadline: Self.time) {
                    (writer, answers) throws(Status) in
                    try await writer.send(.init { $0.responseStatus = wish })
                    for try await _ in answers {}
                }
            }
            #expect(streamed == Status(.unknown, text))
        }
        for method in [Interop.unimplementedCall, Interop.unimplementedService] {
            let missing = await status {
                _ = try await channel.unary(method, .init(), deadline: Self.time)
            }
            #expect(missing?.code == .unimplemented)
        }
    }

    private func cancellation(_ channel: Channel) async throws {
        let begun = await withTaskGroup(of: StatusCode?.self) { group in
            group.addTask {
                await status {
                    _ = try await channel.clientStreaming(Interop.inputCall) {
                        (writer) throws(Status) in
                        while true {
                            await moment()
                            if Task.isCancelled { return }
                        }
                    }
                }?.code
            }
            group.cancelAll()
            return await group.next() ?? nil
        }
        #expect(begun == .cancelled)
        let first = await status {
            try await channel.bidirectional(Interop.fullDuplexCall) {
                (writer, answers) throws(Status) in
                try await writer.send(output([31_415], size: 27_182))
                var iterator = answers.makeAsyncIterator()
                let answer = try await iterator.next()
                #expect(answer?.payload?.body.count == 31_415)
                answers.cancel()
                _ = try await iterator.next()
            }
        }
        #expect(first?.code == .cancelled)
        let late = await status {
            try await channel.bidirectional(Interop.fullDuplexCall, deadline: .milliseconds(1)) {
                (writer, answers) throws(Status) in
                try await writer.send(output([], size: 27_182))
                for try await _ in answers {}
            }
        }
        #expect(late?.code == .deadlineExceeded)
    }
}
