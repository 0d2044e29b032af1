// SPDX-License-Identifier: Apache-2.0

import Connections
import Foundation
import HPACK
import HTTP
import TLS
import TestSupport
import Testing

/// The server against curl, which is nghttp2 and OpenSSL, and against our own client.
@Suite(.timeLimit(.minutes(2))) struct HTTPServerTests {
    @Test func `curl gets, posts and reads a stream over TLS`() async throws {
        try await withServer { site in
            #expect(try site.curl("/hello?x=1") == "GET /hello?x=1 0")
            let long = String(repeating: "x", count: 300_000)
            #expect(try site.curl("/post", ["-d", long]) == "POST /post 300000")
            let lines = try site.curl("/count")
            #expect(lines == (0..<100).map { "line \($0)\n" }.joined())
            #expect(try site.curl("/none", ["-w", "%{http_code} %{http_version}"]) == "404 2")
            #expect(try site.curl("/silent", ["-w", "%{http_code}"]) == "500")
        }
    }

    @Test func `a body beyond the limit is told apart from none`() async throws {
        try await withServer(bodyLimit: 1000) { site in
            let answer = try site.curl("/post", ["-d", String(repeating: "x", count: 1001)])
            #expect(answer == "POST /post too large")
        }
    }

    @Test func `who does not trust, or speaks no HTTP 2, gets nothing`() async throws {
        try await withServer { site in
            // 60: no known authority; 35: refused in the handshake.
            #expect(throws: CurlError(status: 60)) { try site.curl("/hello", trusting: false) }
            #expect(throws: CurlError(status: 35)) { try site.curl("/hello", ["--http1.1"]) }
        }
    }

    @Test func `a client that goes away cancels the handler`() async throws {
        try await withServer { site in
            _ = try? site.curl("/forever", ["--max-time", "1"])
            let client = try site.client()
            var count = "0"
            for _ in 0..<100 where count == "0" {
                count = try await client.text("/cancelled")
                try await Task.sleep(for: .milliseconds(50))
            }
            #expect(count == "1")
            await client.close()
        }
    }

    @Test func `our own client gets a large body whole`() async throws {
        try await withServer { site in
            let client = try site.client()
            let text = try await client.text("/large")
            #expect(text.utf8.count == 1_000_000)
            await client.close()
        }
    }

    private func withServer(
        bodyLimit: Int = 1 << 20,
        _ body: (Site) async throws -> Void
    ) async throws {
        let site = try await Site(bodyLimit: bodyLimit)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await site.server.run() }
            try await body(site)
            site.server.shutDown()
        }
    }
}

/// The exit status of curl.
struct CurlError: Error, Equatable {
    let status: Int32
}

/// A server with a certificate of its own, and ways to ask it.
private struct Site: Sendable {
    let server: HTTPServer
    let port: UInt16
    let scratch: Scratch
    let authority: [UInt8]

    init(bodyLimit: Int) async throws {
        let maker = try TLSAuthority(name: "test", days: 1)
        let identity = try maker.identity(
            names: ["localhost"],
            addresses: ["127.0.0.1"],
            days: 1
        )
        authority = maker.certificate
        scratch = try Scratch()
        try Data(authority).write(to: URL(fileURLWithPath: scratch["ca.crt"]))
        let cancelled = Counter()
        server = HTTPServer(bodyLimit: bodyLimit) { request, reply in
            await answer(request, reply, cancelled)
        }
        var options = ListenOptions()
        options.tls = try TLSServerContext(
            TLSServerConfiguration(
                certificateChain: identity.certificateChain,
                privateKey: identity.privateKey
            )
        )
        let endpoint = try await server.listen(
            at: .tcp(host: "127.0.0.1", port: 0),
            options: options
        )
        guard case .tcp(_, let port) = endpoint else { throw CurlError(status: -1) }
        self.port = port
    }

    func client() throws -> HTTPClient {
        var configuration = TLSClientConfiguration()
        configuration.authorities = authority
        var options = DialOptions()
        options.tls = TLSPeer(try TLSClientContext(configuration), name: "127.0.0.1")
        return HTTPClient(
            .tcp(host: "127.0.0.1", port: port),
            authority: "127.0.0.1:\(port)",
            options: options,
            isSecure: true
        )
    }

    func curl(_ path: String, _ more: [String] = [], trusting: Bool = true) throws -> String {
        let process = Foundation.Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/curl")
        let trust = trusting ? ["--cacert", scratch["ca.crt"]] : []
        process.arguments =
            ["-sS", "--max-time", "20"] + trust + more.flatMap { argument(of: $0) }
            + ["https://localhost:\(port)\(path)"]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw CurlError(status: process.terminationStatus)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A long body goes through a file: a command line has its limit.
    private func argument(of word: String) -> [String] {
        guard word.utf8.count > 1000 else { return [word] }
        let path = scratch["body"]
        _ = FileManager.default.createFile(atPath: path, contents: Data(word.utf8))
        return ["@\(path)"]
    }
}

private actor Counter {
    private(set) var count = 0
    func increment() { count += 1 }
}

@Sendable private func answer(
    _ request: HTTPIncoming,
    _ reply: HTTPReply,
    _ cancelled: Counter
) async {
    func say(_ text: String) { reply.send(200, body: Array(text.utf8)) }
    switch request.path {
    case "/count":
        reply.begin(200)
        for number in 0..<100 { _ = await reply.write(Array("line \(number)\n".utf8)) }
        reply.end()
    case "/forever":
        reply.begin(200)
        try? await Task.sleep(for: .seconds(60))
        if Task.isCancelled { await cancelled.increment() }
    case "/cancelled": say("\(await cancelled.count)")
    case "/large": reply.send(200, body: [UInt8](repeating: 65, count: 1_000_000))
    case "/none": reply.send(404)
    case "/silent": break
    default:
        let size = request.isTooLarge ? "too large" : "\(request.body.count)"
        say("\(request.method) \(request.path) \(size)")
    }
}
