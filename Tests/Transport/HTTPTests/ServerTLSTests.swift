// SPDX-License-Identifier: Apache-2.0

import Connections
import Foundation
import HTTP
import Kernel
import TLS
import TestSupport
import Testing

/// OpenSSL's s_client, and clients that do not keep to anything, against the server's TLS.
@Suite(.timeLimit(.minutes(2))) struct ServerTLSTests {
    private let hello: HTTPServer.Handler = { _, reply in reply.send(200, body: Array("hi".utf8)) }

    private func connect(
        _ site: ServerSite,
        _ words: [String],
        input: String = ""
    ) async throws -> CommandEnd {
        try await ServerSite.command(
            [
                "openssl", "s_client", "-connect", "127.0.0.1:\(site.port)", "-CAfile",
                site.scratch["ca.crt"], "-verify_return_error",
            ] + words,
            input: input
        )
    }

    @Test(arguments: [
        (["-alpn", "h2", "-verify_hostname", "localhost"], true),
        (["-alpn", "h2", "-verify_ip", "127.0.0.1"], true), (["-alpn", "h2", "-tls1_2"], true),
        (["-alpn", "http/1.1,h2", "-tls1_3"], true), (["-alpn", "http/1.1"], false),
        (["-alpn", "h2", "-tls1_1", "-cipher", "ALL:@SECLEVEL=0"], false),
        (["-alpn", "h2", "-verify_hostname", "other.example"], false),
        (["-alpn", "h2", "-verify_ip", "127.0.0.2"], false), ([], false),
    ])
    func `whom openssl gets on with`(words: [String], isGood: Bool) async throws {
        try await ServerSite.run(handler: hello) { site in
            let end = try await connect(site, words)
            let isAgreed =
                end.status == 0 && end.text.contains("ALPN protocol: h2")
                && end.text.contains("Verify return code: 0 (ok)")
            #expect(isAgreed == isGood, "\(end.text)")
            // Whatever it was, the next client is served.
            let client = try site.client()
            #expect(try await client.text("/") == "hi")
            await client.close()
        }
    }

    @Test func `plain text on the port is hung up on`() async throws {
        try await ServerSite.run(handler: hello) { site in
            for version in ["--http1.1", "--http2-prior-knowledge"] {
                let end = try await ServerSite.command(
                    ["curl", "-sS", "--max-time", "10", version, "http://127.0.0.1:\(site.port)/"]
                )
                // Anything but a timeout (28).
                #expect(end.status != 0 && end.status != 28, "\(end)")
            }
        }
    }

    @Test(arguments: ["", "160301", "160301020001"])
    func `who stops in the middle of a handshake is dropped`(sent: String) async throws {
        try await ServerSite.run(handshake: .milliseconds(300), handler: hello) { site in
            let script = """
                import socket, sys
                s = socket.create_connection(("127.0.0.1", \(site.port)), 10)
                s.sendall(bytes.fromhex("\(sent)"))
                while s.recv(100): pass
                print("dropped")
                """
            let end = try await ServerSite.command(["python3", "-c", script])
            #expect(end.text.hasSuffix("dropped\n") || end.text.contains("reset"), "\(end)")
            let reason = TLSError.timedOut(.milliseconds(300))
            #expect(try await site.refusals.take() == [.insecure(reason)])
        }
    }

    @Test func `fifty clients at once`() async throws {
        try await ServerSite.run(handler: hello) { site in
            let answers = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        let client = try site.client()
                        let text = try await client.text("/")
                        await client.close()
                        return text
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers == Array(repeating: "hi", count: 50))
        }
    }
}
