// SPDX-License-Identifier: Apache-2.0

import Connections
import Foundation
import Kernel
import Pages
import Synchronization
import TestSupport
import Testing

/// Python's http.client, curl and sockets ask for pages.
@Suite final class PageServerPeerTests: Sendable {
    private struct Answer: Decodable, Equatable {
        var status: Int
        var type: String?
        var length: String?
        var allow: String?
        var close: String?
        var text: String
    }

    private struct Crowd: Decodable, Equatable {
        var refused: String
        var later: Int?
    }

    private let made = Mutex(0)

    private func ask<Result: Decodable>(
        _ kind: String,
        patience: Duration = .seconds(60),
        as type: Result.Type = Answer.self
    ) async throws -> Result {
        let server = try await PageServer.listen(
            host: "127.0.0.1",
            port: 0,
            pages: [
                "/metrics": { [self] in
                    made.withLock { $0 += 1 }
                    return PageServer.Page(contentType: "text/plain; version=0.0.4", text: "a 1\n")
                },
                "/healthz": { PageServer.Page(text: "ok\n") },
            ],
            patience: patience
        )
        guard case .tcp(_, let port) = server.endpoint else { fatalError("a port") }
        let data: Data
        do {
            data = try await Peer.output(of: "pages_client.py", arguments: ["\(port)", kind])
        } catch {
            await server.close()
            throw error
        }
        await server.close()
        return try JSONDecoder().decode(Result.self, from: data)
    }

    @Test(arguments: ["get", "query"]) func `a page`(kind: String) async throws {
        let answer = try await ask(kind)
        #expect(
            answer
                == Answer(
                    status: 200,
                    type: "text/plain; version=0.0.4",
                    length: "4",
                    close: "close",
                    text: "a 1\n"
                )
        )
    }

    @Test func `its head alone`() async throws {
        let answer = try await ask("head")
        #expect(answer.status == 200)
        #expect(answer.length == "4")
        #expect(answer.text.isEmpty)
    }

    @Test func `curl reads it`() async throws {
        #expect(try await ask("curl", as: String.self) == "a 1\n|200|1.1")
    }

    @Test func `another method is refused, and the page is not made`() async throws {
        let answer = try await ask("post")
        #expect(answer.status == 405)
        #expect(answer.allow == "GET, HEAD")
        #expect(made.withLock { $0 } == 0)
    }

    @Test func `an unknown path is answered with those that there are`() async throws {
        let answer = try await ask("missing")
        #expect(answer.status == 404)
        #expect(answer.text == "/healthz\n/metrics\n")
    }

    @Test(arguments: ["old", "pipelined", "one byte at a time"])
    func `one answer`(kind: String) async throws {
        let text = try await ask(kind, patience: .seconds(5), as: String.self)
        #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(text.hasSuffix("\r\n\r\na 1\n"))
        #expect(made.withLock { $0 } == 1)
    }

    @Test(arguments: [
        "no HTTP", "HTTP/2", "endless header", "endless headers", "endless body", "half a request",
        "smuggled",
    ])
    func `no page for`(kind: String) async throws {
        let text = try await ask(kind, patience: .seconds(2), as: String.self)
        #expect(!text.contains("a 1"))
        #expect(text.isEmpty || text.hasPrefix("HTTP/1.1 400") || text.hasPrefix("HTTP/1.1 405"))
        #expect(made.withLock { $0 } == 0)
    }

    @Test func `too many are turned away, and there is room when they have gone`() async throws {
        #expect(try await ask("crowd", as: Crowd.self) == Crowd(refused: "", later: 200))
    }

    @Test func `a port that is taken`() async throws {
        let first = try await PageServer.listen(host: "127.0.0.1", port: 0, pages: [:])
        guard case .tcp(_, let port) = first.endpoint else { fatalError("a port") }
        await #expect {
            try await PageServer.listen(host: "127.0.0.1", port: port, pages: [:])
        } throws: { error in
            guard let error = error as? ConnectionFailure,
                case .refused(_, let errno) = error.reason
            else { return false }
            return errno == .addressInUse
        }
        await first.close()
    }
}
