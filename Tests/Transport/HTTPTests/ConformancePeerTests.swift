// SPDX-License-Identifier: Apache-2.0

import Connections
import Foundation
import HTTP
import HTTP2
import TestSupport
import Testing

/// Our two ends of HTTP/2 on sockets, held to the table in `Tests/peers/h2_*cases*.py`.
@Suite(.timeLimit(.minutes(4))) struct ConformancePeerTests {
    /// What the peer found in one case.
    private struct Verdict: Decodable {
        let name: String
        let section: String
        let must: String
        let passed: Bool
        let why: String?

        func record() {
            guard !passed else { return }
            Issue.record("\(name), § \(section): \(must)\n\(why ?? "")")
        }
    }

    @Test func `the server does what RFC 9113 and RFC 7541 demand`() async throws {
        try await withConformanceServer { plain, impatient in
            let word = ProcessInfo.processInfo.environment["OPI_XPU_CASE"] ?? ""
            let output = try await Peer.output(
                of: "h2_conformance.py",
                arguments: ["server", "\(plain)", "\(impatient)", word],
                seconds: 220
            )
            let verdicts = try Self.verdicts(output)
            for verdict in verdicts { verdict.record() }
            #expect(!word.isEmpty || verdicts.count >= 160)
        }
    }

    @Test func `the client does too`() async throws {
        let word = ProcessInfo.processInfo.environment["OPI_XPU_CASE"] ?? ""
        let peer = try await PeerProcess(script: "h2_conformance.py", arguments: ["client", word])
        let port = try #require(UInt16(peer.greeting[1]))
        let plans = peer.greeting.dropFirst(2).map { $0.components(separatedBy: ":") }
        var outcomes: [String] = []
        for plan in plans {
            let client = impatientClient(port)
            outcomes.append(await outcome(of: plan, by: client))
            var probe = ""
            for _ in 0..<10 where probe != "200 probe" {
                probe = await outcome(of: ["GET", "/probe", "0"], by: client)
                if probe != "200 probe" { try await Task.sleep(for: .milliseconds(200)) }
            }
            await client.close()
        }
        let verdicts = try Self.verdicts(try await peer.output(lines: plans.count + 1))
        for (verdict, (plan, outcome)) in zip(verdicts, zip(plans, outcomes)) {
            verdict.record()
            let expected = plan[3].replacingOccurrences(of: "_", with: " ")
            let told = outcome.replacingOccurrences(of: "_", with: " ")
            #expect(told == expected, "\(verdict.name): what the caller is told")
        }
        #expect(verdicts.count == plans.count)
        #expect(!word.isEmpty || verdicts.count >= 70)
    }

    private static func verdicts(_ output: Data) throws -> [Verdict] {
        try output.split(separator: UInt8(ascii: "\n"))
            .filter { $0.first == UInt8(ascii: "{") }
            .map { try JSONDecoder().decode(Verdict.self, from: $0) }
    }

    private func impatientClient(_ port: UInt16) -> HTTPClient {
        var options = DialOptions()
        options.keepAlive.handshake = .seconds(1)
        options.keepAlive.frame = .seconds(1)
        return HTTPClient(
            .tcp(host: "127.0.0.1", port: port),
            authority: "localhost:\(port)",
            options: options,
            isSecure: false
        )
    }

    /// What a caller is told, in words that the table can name.
    private func outcome(of plan: [String], by client: HTTPClient) async -> String {
        guard plan[0] != "PAIR" else {
            async let one = outcome(of: ["GET"] + plan.dropFirst(), by: client)
            async let other = outcome(of: ["GET"] + plan.dropFirst(), by: client)
            return await "\(one) + \(other)"
        }
        let body = [UInt8](repeating: 1, count: Int(plan[2]) ?? 0)
        do throws(HTTPFailure) {
            let response = try await client.send(
                HTTPRequest(plan[0], plan[1], body: body),
                deadline: .seconds(8),
                limit: 1 << 23
            )
            let isLong = response.body.count > 100
            let text = String(decoding: response.body, as: UTF8.self)
            return "\(response.head.status) \(isLong ? "\(response.body.count)" : text)"
        } catch {
            return words(for: error)
        }
    }

    private func words(for failure: HTTPFailure) -> String {
        switch failure {
        case .reset(let code): "reset \(code)"
        case .timedOut: "timed out"
        case .connection(let failure):
            switch failure.reason {
            case .violated(let error): "violated \(error.code)"
            case .noHandshake: "no handshake"
            case .speaksText: "speaks text"
            case .tooSlow: "too slow"
            default: "\(failure.reason)"
            }
        default: "\(failure)"
        }
    }
}

/// Runs `body` with a server and two ports of it: one with the usual patience, one with little.
func withConformanceServer(
    _ body: (_ plain: UInt16, _ impatient: UInt16) async throws -> Void
) async throws {
    let server = HTTPServer(bodyLimit: 4 << 20, grace: .milliseconds(100)) { request, reply in
        await answer(request, reply)
    }
    var options = ListenOptions()
    options.streams = 10
    let plain = try await server.port(options)
    options.keepAlive.handshake = .seconds(1)
    options.keepAlive.frame = .seconds(1)
    options.keepAlive.stall = .seconds(1)
    let impatient = try await server.port(options)
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { await server.run() }
        defer { server.shutDown() }
        try await body(plain, impatient)
    }
}

extension HTTPServer {
    /// A port of 127.0.0.1 that it listens on from now on.
    func port(_ options: ListenOptions) async throws -> UInt16 {
        let endpoint = try await listen(at: .tcp(host: "127.0.0.1", port: 0), options: options)
        guard case .tcp(_, let port) = endpoint else { return 0 }
        return port
    }
}

@Sendable private func answer(_ request: HTTPIncoming, _ reply: HTTPReply) async {
    let parts = request.path.split(separator: "?")
    switch parts.first {
    case "/echo": reply.send(200, body: request.body)
    case "/wait": try? await Task.sleep(for: .seconds(600))
    case "/big":
        let size = parts.last.flatMap { Int($0) } ?? 0
        reply.send(200, body: [UInt8](repeating: UInt8(ascii: "x"), count: size))
    default:
        reply.send(200, body: request.method == "HEAD" ? [] : Array("ok".utf8))
    }
}
