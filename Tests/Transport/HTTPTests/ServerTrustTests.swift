// SPDX-License-Identifier: Apache-2.0

import Connections
import Foundation
import HTTP
import TLS
import TestSupport
import Testing

/// Whom a server refuses and what both ends see of it; the other end is OpenSSL's or Python's.
@Suite(.timeLimit(.minutes(3))) struct ServerTrustTests {
    private func openssl(
        _ site: ServerSite,
        _ words: [String],
        typed: String = "sleep 0.5"
    ) async throws -> String {
        let start = [
            "openssl", "s_client", "-connect", "127.0.0.1:\(site.port)",
            "-CAfile", site.scratch["ca.crt"],
        ]
        let line = (start + words).joined(separator: " ")
        return try await ServerSite.command(["sh", "-c", "(\(typed)) | \(line)"]).text
    }

    private func shake(
        _ site: ServerSite,
        _ version: String,
        as name: String? = nil
    ) async throws -> String {
        let port = "\(site.port)"
        let output = try await Peer.output(
            of: "tls_client.py",
            arguments: ["shake", port, site.scratch.path, version] + (name.map { [$0] } ?? []),
            seconds: 30
        )
        return String(decoding: output, as: UTF8.self).trimmingCharacters(in: .newlines)
    }

    private func agent(
        of maker: TLSAuthority,
        firstDay: Int = 0,
        use: TLSAuthority.Use = .client
    ) throws -> TLSAuthority.Identity {
        try maker.identity(
            names: ["agent"],
            addresses: [],
            days: 1,
            firstDay: firstDay,
            use: use
        )
    }

    @Test(arguments: ["1.2", "1.3"])
    func `a client is let in by its certificate, or told why not`(version: String) async throws {
        let wishes = ServerSite.Wishes(clients: .required)
        try await ServerSite.run(wishes) { site in
            let stranger = try TLSAuthority(name: "stranger", days: 1)
            try site.write(agent(of: site.maker), as: "good")
            try site.write(agent(of: stranger), as: "strange")
            try site.write(agent(of: site.maker, firstDay: -2), as: "expired")
            try site.write(agent(of: site.maker, firstDay: 2), as: "early")
            try site.write(agent(of: site.maker, use: .server), as: "misused")
            let made = try await ServerSite.command([
                "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=me", "-keyout",
                site.scratch["self.key"], "-out", site.scratch["self.crt"],
            ])
            #expect(made.status == 0, "\(made.text)")
            #expect(try await shake(site, version, as: "good") == "ok")
            let missing =
                version == "1.2"
                ? "SSLV3_ALERT_HANDSHAKE_FAILURE" : "TLSV13_ALERT_CERTIFICATE_REQUIRED"
            let cases: [(String?, String, TLSError)] = [
                (nil, missing, .noCertificate),
                ("self", "TLSV1_ALERT_UNKNOWN_CA", .unknownAuthority(selfSigned: true)),
                ("strange", "TLSV1_ALERT_UNKNOWN_CA", .unknownAuthority(selfSigned: false)),
                ("expired", "SSLV3_ALERT_CERTIFICATE_EXPIRED", .expired),
                ("early", "SSLV3_ALERT_BAD_CERTIFICATE", .notYetValid),
                ("misused", "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE", .wrongUse),
            ]
            for (name, alert, reason) in cases {
                #expect(try await shake(site, version, as: name) == alert)
                #expect(try await site.refusals.take() == [.insecure(reason)])
            }
            #expect(try await shake(site, version, as: "good") == "ok")
        }
    }

    @Test func `who is refused and goes on speaking still gets to read why`() async throws {
        let wishes = ServerSite.Wishes(clients: .required)
        try await ServerSite.run(wishes) { site in
            let output = try await Peer.output(
                of: "tls_client.py",
                arguments: ["late", "\(site.port)", site.scratch.path],
                seconds: 30
            )
            let alert = "TLSV13_ALERT_CERTIFICATE_REQUIRED\n"
            #expect(String(decoding: output, as: UTF8.self) == alert)
        }
    }

    @Test(arguments: ["1.2", "1.3"])
    func `an optional certificate may be missing, but not be bad`(version: String) async throws {
        let wishes = ServerSite.Wishes(clients: .optional)
        try await ServerSite.run(wishes) { site in
            let stranger = try TLSAuthority(name: "stranger", days: 1)
            try site.write(agent(of: stranger), as: "strange")
            #expect(try await shake(site, version) == "ok")
            #expect(try await shake(site, version, as: "strange") == "TLSV1_ALERT_UNKNOWN_CA")
        }
    }

    @Test func `an authority that is taken out of the file is let in no more`() async throws {
        let wishes = ServerSite.Wishes(clients: .required)
        try await ServerSite.run(wishes) { site in
            let other = try TLSAuthority(name: "other", days: 1)
            try site.write(agent(of: site.maker), as: "good")
            try site.write(agent(of: other), as: "other")
            let both = String(decoding: site.authority + other.certificate, as: UTF8.self)
            try site.scratch.write(both, to: "clients.crt")
            #expect(try await shake(site, "1.3", as: "good") == "ok")
            #expect(try await shake(site, "1.3", as: "other") == "ok")
            let one = String(decoding: site.authority, as: UTF8.self)
            try site.scratch.write(one, to: "clients.crt")
            #expect(try await shake(site, "1.3", as: "good") == "ok")
            #expect(try await shake(site, "1.3", as: "other") == "TLSV1_ALERT_UNKNOWN_CA")
        }
    }

    @Test(
        arguments: [
            (["-alpn", "h2", "-tls1_1", "-cipher", "ALL:@SECLEVEL=0"], .noCommonVersion),
            (
                ["-alpn", "h2", "-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA"],
                .noCommonCipher
            ),
            ([], .noCommonProtocol(wanted: ["h2"])),
            (["-alpn", "http/1.1"], .noCommonProtocol(wanted: ["h2"])),
        ] as [([String], TLSError)]
    )
    func `what cannot be agreed on has a name`(words: [String], reason: TLSError) async throws {
        try await ServerSite.run(ServerSite.Wishes()) { site in
            let text = try await openssl(site, words)
            #expect(text.contains("alert"), "\(text)")
            #expect(try await site.refusals.take() == [.insecure(reason)])
        }
    }

    @Test func `renegotiation is refused`() async throws {
        try await ServerSite.run(ServerSite.Wishes()) { site in
            let words = ["-alpn", "h2", "-tls1_2"]
            let text = try await openssl(site, words, typed: "sleep 0.5; echo R; sleep 1")
            #expect(text.contains("RENEGOTIATING") && text.contains("no renegotiation"), "\(text)")
            #expect(try await site.refusals.take() == [.insecure(.renegotiation)])
        }
    }

    @Test(arguments: ["--http1.1", "--http2-prior-knowledge"])
    func `plain text on the port has a name`(version: String) async throws {
        try await ServerSite.run(ServerSite.Wishes()) { site in
            let end = try await ServerSite.command(
                ["curl", "-sS", "--max-time", "10", version, "http://127.0.0.1:\(site.port)/"]
            )
            #expect(end.status != 0)
            #expect(try await site.refusals.take() == [.insecure(.notTLS)])
        }
    }

    @Test func `TLS on a plain port has a name, for both ends`() async throws {
        try await ServerSite.run(ServerSite.Wishes(isPlain: true)) { site in
            _ = try await openssl(site, ["-alpn", "h2"])
            #expect(try await site.refusals.take() == [.speaksTLS])
            let client = try site.client()
            #expect(await client.distrust() == .notTLS)
            #expect(try await site.refusals.take() == [.speaksTLS])
            await client.close()
        }
        try await ServerSite.run(ServerSite.Wishes()) { site in
            let client = site.plainClient()
            let failure = await #expect(throws: HTTPFailure.self) {
                _ = try await client.text("/")
            }
            guard case .connection(let lost) = failure else {
                Issue.record("\(String(describing: failure))")
                return
            }
            #expect(lost.reason == .speaksTLS)
            await client.close()
        }
    }

    @Test(arguments: ["1603034000", ""])
    func `a handshake that drips is given up`(start: String) async throws {
        let wishes = ServerSite.Wishes(handshake: .milliseconds(400))
        try await ServerSite.run(wishes) { site in
            // The bytes of the second are no record at all: its first byte is enough to see that.
            let output = try await Peer.output(
                of: "tls_client.py",
                arguments: ["drip", "\(site.port)", start],
                seconds: 30
            )
            #expect(String(decoding: output, as: UTF8.self) == "dropped\n")
            let reason =
                start.isEmpty ? TLSError.notTLS : .timedOut(.milliseconds(400))
            #expect(try await site.refusals.take() == [.insecure(reason)])
        }
    }

    @Test func `a crowd that says nothing keeps nobody out`() async throws {
        let wishes = ServerSite.Wishes(handshake: .seconds(60), connections: 8)
        try await ServerSite.run(wishes) { site in
            let old = try site.client()
            #expect(try await old.text("/") == "hi")
            let crowd = try await PeerProcess(
                script: "tls_client.py",
                arguments: ["crowd", "\(site.port)", "40"]
            )
            // Seven of them have the places beside the old client's.
            let told = try await site.refusals.take(33)
            #expect(told == Array(repeating: .crowdedOut(limit: 8), count: 33))
            let new = try site.client()
            #expect(try await new.text("/") == "hi")
            #expect(try await old.text("/") == "hi")
            #expect(try await site.refusals.take() == [.crowdedOut(limit: 8)])
            crowd.signal(15)
            await new.close()
            await old.close()
        }
    }

    @Test(arguments: ["-tls1_2", "-tls1_3"])
    func `openssl resumes with its certificate until its authority is taken out`(
        version: String
    ) async throws {
        let wishes = ServerSite.Wishes(clients: .required)
        try await ServerSite.run(wishes) { site in
            try site.write(agent(of: site.maker), as: "good")
            let file = site.scratch["session"]
            let words = [
                "-alpn", "h2", version, "-cert", site.scratch["good.crt"], "-key",
                site.scratch["good.key"],
            ]
            let first = try await openssl(site, words + ["-sess_out", file])
            #expect(first.contains("\nNew, TLSv1"), "\(first)")
            #expect(first.contains("Acceptable client certificate CA names\nCN = test"))
            let second = try await openssl(site, words + ["-sess_in", file])
            #expect(second.contains("\nReused, TLSv1"), "\(second)")
            let other = try TLSAuthority(name: "other", days: 1).certificate
            try site.scratch.write(String(decoding: other, as: UTF8.self), to: "clients.crt")
            let third = try await openssl(site, words + ["-sess_in", file])
            #expect(third.contains("alert unknown ca"), "\(third)")
            let reason = TLSError.unknownAuthority(selfSigned: false)
            #expect(try await site.refusals.have(.insecure(reason)))
        }
    }

    @Test(arguments: ["-tls1_2", "-tls1_3"])
    func `openssl resumes its session until the certificates change`(
        version: String
    ) async throws {
        try await ServerSite.run(ServerSite.Wishes()) { site in
            let file = site.scratch["session"]
            let words = ["-alpn", "h2", version]
            let first = try await openssl(site, words + ["-sess_out", file])
            #expect(first.contains("\nNew, TLSv1"), "\(first)")
            let second = try await openssl(site, words + ["-sess_in", file])
            #expect(second.contains("\nReused, TLSv1"), "\(second)")
            let next = try site.maker.identity(names: ["localhost"], addresses: [], days: 1)
            try site.write(next, as: "server")
            let third = try await openssl(site, words + ["-sess_in", file])
            #expect(third.contains("\nNew, TLSv1"), "\(third)")
            #expect(third.contains("Verify return code: 0 (ok)"), "\(third)")
        }
    }
}
