// SPDX-License-Identifier: Apache-2.0

import Bytes
import Connections
import Foundation
import GRPC
import Protobuf
import TestSupport
import Testing

@testable import RPC

/// Health checking and reflection: what tools ask a server.
@Suite struct ToolsTests {
    /// What protoc makes of echo.proto.
    private static func echoDescriptor() async throws -> [UInt8] {
        let path = Peer.root.appendingPathComponent("Tests/peers/echo.proto").path
        let output = try await Peer.output(of: "descriptors.py", arguments: [path])
        let text = String(decoding: output, as: UTF8.self).filter { !$0.isWhitespace }
        return try #require(Base64.decode(text))
    }

    @Test(.timeLimit(.minutes(1)), arguments: Kind.allCases)
    func `grpcio finds the server's health and services`(kind: Kind) async throws {
        let health = Health()
        health.set(.notServing, for: "opi.test.Echo")
        var services = Echo.services()
        health.add(to: &services)
        try Reflection([try await Self.echoDescriptor()]).add(to: &services)
        let scratch = try Scratch()
        try await withServer(kind, services) { endpoint in
            let output = try await Peer.output(
                of: "tools_client.py",
                arguments: kind.arguments(in: scratch) + ["\(endpoint)"],
                seconds: 50
            )
            let lines = String(decoding: output, as: UTF8.self).split(separator: "\n")
            let checks = ["check", "watch", "grpc.reflection.v1", "grpc.reflection.v1alpha"]
            #expect(lines.map(String.init) == checks)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a watcher hears of changes, and only of them`() async throws {
        let health = Health()
        var services = Services()
        health.add(to: &services)
        try await withEcho(.unix, services) { channel in
            var request = HealthMessages.Request()
            request.service = "a.B"
            let answers = try await channel.serverStreaming(HealthMessages.watch, request)
            var iterator = answers.makeAsyncIterator()
            var heard: [Int32?] = []
            heard.append(try await iterator.next()?.status)
            for condition in [Health.Condition.serving, .notServing, .serving] {
                health.set(.notServing, for: "other")
                health.set(condition, for: "a.B")
                health.set(condition, for: "a.B")
                heard.append(try await iterator.next()?.status)
            }
            #expect(heard == [3, 1, 2, 1])
        }
    }

    @Test func `a file's names are full`() async throws {
        let file = try FileDescriptor(try await Self.echoDescriptor())
        #expect(file.name == "echo.proto")
        #expect(file.dependencies.isEmpty)
        let wanted = ["opi.test.Note", "opi.test.Note.text", "opi.test.Echo", "opi.test.Echo.Wait"]
        #expect(Set(wanted).isSubset(of: file.symbols))
    }

    @Test func `nested names, enums and imports are found`() throws {
        // {name: "b.proto", package: "p", dependency: "a.proto",
        //  message: {name: "M", nested: {name: "N"}, enum: {name: "E", value: {name: "V"}}}}
        let bytes = hex(
            """
            0a07 622e70726f746f 1201 70 1a07 612e70726f746f
            2212 0a01 4d 1a03 0a01 4e 2208 0a01 45 1203 0a01 56
            """
        )
        let file = try FileDescriptor(bytes)
        #expect(file.name == "b.proto")
        #expect(file.dependencies == ["a.proto"])
        #expect(file.symbols == ["p.M", "p.M.N", "p.M.E", "p.M.V"])
        #expect(throws: ProtobufError.self) { try Reflection([[0x0a, 0xff]]) }
    }

    @Test func `an answer brings the imports along, once each`() throws {
        let a = hex("0a01 61 1a01 62")
        let b = hex("0a01 62 1a01 61 2203 0a01 4d")
        let reflection = try Reflection([a, b])
        var request = ReflectionMessages.Request()
        request.question = .fileContainingSymbol("M")
        #expect(reflection.answer(to: request, []).files?.descriptors == [b, a])
        for question in [
            nil, .fileByName("c"), .fileContainingExtension(.init()), .extensionNumbers("M"),
        ] as [ReflectionMessages.Request.Question?] {
            request.question = question
            #expect(reflection.answer(to: request, []).error != nil)
        }
    }
}
