// SPDX-License-Identifier: Apache-2.0

import Connections
import HPACK
import HTTP
import HTTP2
import Testing

/// Requests, over TLS and in plain text.
@Suite(.timeLimit(.minutes(2))) struct HTTPClientTests {
    /// Runs `body` with a client of each kind.
    private func withClients(_ body: (HTTPClient) async throws -> Void) async throws {
        for kind in ["good", "plain"] {
            let peer = try await HTTPSPeer(kind)
            let client = kind == "plain" ? peer.plainClient() : try peer.client()
            try await body(client)
            await client.close()
        }
    }

    private func trouble(_ body: () async throws(HTTPFailure) -> Void) async -> HTTPFailure? {
        do throws(HTTPFailure) {
            try await body()
            return nil
        } catch {
            return error
        }
    }

    @Test func `brings a body and a status`() async throws {
        try await withClients { client in
            let text = try await client.text("/hello")
            #expect(text == "hello")
            let missing = try await client.send(
                HTTPRequest("GET", "/missing"),
                deadline: .seconds(10),
                limit: 100
            )
            #expect(missing.head.status == 404)
            #expect(missing.head.first("content-type") == "text/plain")
        }
    }

    @Test func `sends fields and a body larger than any window`() async throws {
        try await withClients { client in
            let body = [UInt8](repeating: 7, count: 3 << 20)
            let response = try await client.send(
                HTTPRequest("POST", "/echo", body: body),
                deadline: .seconds(30),
                limit: 4 << 20
            )
            #expect(response.body == body)
            let fields = try await client.send(
                HTTPRequest("GET", "/headers", headers: [HeaderField("x-a", "b", sensitive: true)]),
                deadline: .seconds(10),
                limit: 1 << 16
            )
            #expect(String(decoding: fields.body, as: UTF8.self).contains("x-a: b"))
        }
    }

    @Test func `a body is streamed to a slow reader whole`() async throws {
        try await withClients { client in
            let request = HTTPRequest("GET", "/big?5000000")
            let body = try await client.stream(request, deadline: .seconds(10))
            var count = 0
            while let piece = try await body.next() {
                count += piece.count
                if count < 1 << 20 { try await Task.sleep(for: .milliseconds(2)) }
            }
            #expect(count == 5_000_000)
        }
    }

    @Test func `a body over the limit is an error`() async throws {
        try await withClients { client in
            let failure = await trouble { () async throws(HTTPFailure) in
                let request = HTTPRequest("GET", "/big?100000")
                _ = try await client.send(request, deadline: .seconds(10), limit: 1000)
            }
            #expect(failure == .tooLarge(limit: 1000))
            let text = try await client.text("/hello")
            #expect(text == "hello", "the connection goes on")
        }
    }

    @Test func `a server that does not answer is given up`() async throws {
        try await withClients { client in
            let time = Duration.milliseconds(200)
            for path in ["/never", "/head"] {
                let failure = await trouble { () async throws(HTTPFailure) in
                    _ = try await client.send(HTTPRequest("GET", path), deadline: time, limit: 1)
                }
                guard case .timedOut = failure else {
                    Issue.record("\(path): \(String(describing: failure))")
                    continue
                }
            }
            let late = await trouble { () async throws(HTTPFailure) in
                _ = try await client.stream(HTTPRequest("GET", "/never"), deadline: time)
            }
            #expect(late != nil)
            let head = try await client.stream(HTTPRequest("GET", "/head"), deadline: time)
            #expect(head.head.status == 200)
        }
    }

    @Test func `a cancelled task cancels its request`() async throws {
        try await withClients { client in
            let failure = await withTaskGroup(of: HTTPFailure?.self) { group in
                group.addTask {
                    await trouble { () async throws(HTTPFailure) in
                        let request = HTTPRequest("GET", "/never")
                        _ = try await client.send(request, deadline: .seconds(60), limit: 1)
                    }
                }
                group.cancelAll()
                return await group.next() ?? nil
            }
            #expect(failure == .cancelled)
        }
    }

    @Test func `a reset stream is told with its code`() async throws {
        try await withClients { client in
            let failure = await trouble { () async throws(HTTPFailure) in
                _ = try await client.text("/reset")
            }
            #expect(failure == .reset(.internalError))
        }
    }

    @Test func `a request that the server left out is made again`() async throws {
        try await withClients { client in
            let text = try await client.text("/goaway")
            #expect(text == "/goaway")
        }
    }

    @Test func `nobody listens`() async throws {
        let client = HTTPClient(
            .tcp(host: "127.0.0.1", port: 1),
            authority: "localhost",
            options: DialOptions(),
            isSecure: false
        )
        let failure = await trouble { () async throws(HTTPFailure) in
            _ = try await client.text("/hello")
        }
        guard case .connection(let connection) = failure, case .refused = connection.reason else {
            Issue.record("\(String(describing: failure))")
            return
        }
        await client.close()
    }
}
