// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTP
import Synchronization
import TestSupport
import Testing

/// What a server does with those that are slow, late, gone, or too many.
@Suite(.timeLimit(.minutes(2))) struct ServerStreamTests {
    private final class Tally: Sendable {
        let written = Mutex(0)
        let cancelled = Mutex(0)
    }

    @Test func `who reads slowly is waited for`() async throws {
        let tally = Tally()
        let piece = [UInt8](repeating: 65, count: 64 << 10)
        let handler: HTTPServer.Handler = { _, reply in
            reply.begin(200)
            for _ in 0..<800 {
                guard await reply.write(piece) else { break }
                tally.written.withLock { $0 += 1 }
            }
            reply.end()
        }
        try await ServerSite.run(handler: handler) { site in
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/curl")
            // 50 MB at 4 MB a second: a server that does not wait is done at once.
            process.arguments = [
                "-sS", "--cacert", site.scratch["ca.crt"], "--limit-rate", "4M", "--max-time", "30",
                "-o", "/dev/null", "https://localhost:\(site.port)/",
            ]
            process.standardError = FileHandle.nullDevice
            try process.run()
            for _ in 0..<500 where tally.written.withLock(\.self) == 0 {
                try await Task.sleep(for: .milliseconds(20))
            }
            try await Task.sleep(for: .seconds(1))
            let soon = tally.written.withLock(\.self)
            #expect((1..<700).contains(soon), "\(soon) pieces")
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            // The writer is told that the client has gone.
            try await Task.sleep(for: .milliseconds(300))
            let then = tally.written.withLock(\.self)
            try await Task.sleep(for: .milliseconds(300))
            #expect(tally.written.withLock(\.self) == then && then < 800)
        }
    }

    @Test func `a client that stops in the middle of its body asks nothing`() async throws {
        let tally = Tally()
        let handler: HTTPServer.Handler = { _, reply in
            tally.written.withLock { $0 += 1 }
            reply.send(200)
        }
        try await ServerSite.run(handler: handler) { site in
            // More is promised than comes: curl gives up, and resets the stream.
            let end = try await ServerSite.command(
                [
                    "curl", "-sS", "--cacert", site.scratch["ca.crt"], "--max-time", "2", "-T", "-",
                    "-H", "content-length: 1000", "https://localhost:\(site.port)/",
                ],
                input: "only this"
            )
            #expect(end.status != 0)
            #expect(tally.written.withLock(\.self) == 0)
            let client = try site.client()
            #expect(try await client.text("/") == "")
            await client.close()
        }
    }

    @Test func `a thousand requests on one connection`() async throws {
        let handler: HTTPServer.Handler = { request, reply in
            reply.send(200, body: Array(request.path.utf8))
        }
        try await ServerSite.run(handler: handler) { site in
            let client = try site.client()
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<1000 {
                    group.addTask { try await client.text("/\(number)") == "/\(number)" }
                }
                for try await isRight in group { #expect(isRight) }
            }
            await client.close()
            let urls = "https://localhost:\(site.port)/[1-300]"
            let end = try await ServerSite.command(
                [
                    "curl", "-sS", "--stderr", "/dev/null", "--cacert", site.scratch["ca.crt"],
                    "-Z", urls,
                ]
            )
            #expect(end.status == 0)
            let digits = end.text.filter(\.isNumber).count
            #expect(digits == 9 + 90 * 2 + 201 * 3)
        }
    }

    @Test(arguments: [(1000, "1000"), (1001, "too large"), (0, "0"), (999, "999")])
    func `a body is whole up to the limit`(size: Int, told: String) async throws {
        let handler: HTTPServer.Handler = { request, reply in
            let text = request.isTooLarge ? "too large" : "\(request.body.count)"
            reply.send(200, body: Array(text.utf8))
        }
        try await ServerSite.run(bodyLimit: 1000, handler: handler) { site in
            let client = try site.client()
            let body = [UInt8](repeating: 1, count: size)
            let answer = try await client.send(
                HTTPRequest("POST", "/", body: body),
                deadline: .seconds(5),
                limit: 1000
            )
            #expect(String(decoding: answer.body, as: UTF8.self) == told)
            await client.close()
        }
    }

    @Test(arguments: [("/twice", 200, "one"), ("/late", 200, "first"), ("/begun", 201, "a")])
    func `the first answer is the answer`(path: String, code: Int, text: String) async throws {
        let handler: HTTPServer.Handler = { request, reply in
            switch request.path {
            case "/twice":
                reply.send(200, body: Array("one".utf8))
                reply.send(500, body: Array("two".utf8))
            case "/late":
                reply.send(200, body: Array("first".utf8))
                reply.begin(404)
                _ = await reply.write(Array("second".utf8))
                reply.end()
            default:
                reply.begin(201)
                _ = await reply.write(Array("a".utf8))
                reply.send(500, body: Array("b".utf8))
                reply.end()
            }
        }
        try await ServerSite.run(handler: handler) { site in
            let client = try site.client()
            let answer = try await client.send(
                HTTPRequest("GET", path),
                deadline: .seconds(5),
                limit: 1000
            )
            #expect(answer.head.status == code)
            #expect(String(decoding: answer.body, as: UTF8.self) == text)
            await client.close()
        }
    }

    @Test func `an answer to HEAD has no body, whatever the handler says`() async throws {
        let handler: HTTPServer.Handler = { request, reply in
            if request.path == "/whole" { return reply.send(200, body: [1, 2, 3]) }
            reply.begin(200)
            for _ in 0..<20 { _ = await reply.write([UInt8](repeating: 1, count: 64 << 10)) }
            reply.end()
        }
        try await ServerSite.run(handler: handler) { site in
            for path in ["/whole", "/pieces"] {
                let end = try await ServerSite.command([
                    "curl", "-sSI", "--cacert", site.scratch["ca.crt"], "--max-time", "5",
                    "https://localhost:\(site.port)\(path)",
                ])
                #expect(end.status == 0 && end.text.hasPrefix("HTTP/2 200"), "\(end)")
            }
        }
    }

    @Test func `a handler that never answers ends with its client, or with the server`()
        async throws
    {
        let tally = Tally()
        let handler: HTTPServer.Handler = { _, _ in
            do {
                try await Task.sleep(for: .seconds(100))
            } catch {
                tally.cancelled.withLock { $0 += 1 }
            }
        }
        let start = ContinuousClock.now
        try await ServerSite.run(handler: handler) { site in
            let client = try site.client()
            let timed = await #expect(throws: HTTPFailure.self) {
                try await client.send(
                    HTTPRequest("GET", "/"),
                    deadline: .milliseconds(300),
                    limit: 10
                )
            }
            guard case .timedOut = timed else {
                Issue.record("\(String(describing: timed))")
                return
            }
            for _ in 0..<100 where tally.cancelled.withLock(\.self) == 0 {
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(tally.cancelled.withLock(\.self) == 1)
            // One that is still asking when the server ends.
            async let other: Void = {
                _ = try? await client.text("/")
            }()
            try await Task.sleep(for: .milliseconds(300))
            site.server.shutDown()
            _ = await other
        }
        #expect(tally.cancelled.withLock(\.self) == 2)
        #expect(.now - start < .seconds(20))
    }

    @Test func `streams that are open when a server is shut down finish`() async throws {
        let handler: HTTPServer.Handler = { _, reply in
            reply.begin(200)
            for number in 0..<5 {
                // Cancelled: the write says so.
                try? await Task.sleep(for: .milliseconds(60))
                _ = await reply.write(Array("\(number)".utf8))
            }
            reply.end()
        }
        try await ServerSite.run(handler: handler) { site in
            let client = try site.client()
            async let text = client.text("/")
            try await Task.sleep(for: .milliseconds(100))
            site.server.shutDown()
            #expect(try await text == "01234")
            await client.close()
        }
    }
}
