// SPDX-License-Identifier: Apache-2.0

import Connections
import Foundation
import HTTP
import TLS
import TestSupport
import Testing

/// What a client makes of servers of OpenSSL and Python: names, sessions, files that change.
@Suite(.timeLimit(.minutes(3))) struct ClientTrustTests {
    @Test(arguments: [
        ("a.example.test", true), ("A.EXAMPLE.test", true), ("a.b.example.test", false),
        ("example.test", false), ("www.partial.test", false), ("127.0.0.1", false),
    ])
    func `a wildcard stands for one label`(name: String, isGood: Bool) async throws {
        let peer = try await HTTPSPeer("wildcard")
        let client = try peer.client(name: name)
        let names = ["*.example.test", "w*.partial.test"]
        let reason = await client.distrust()
        #expect(reason == (isGood ? nil : .wrongName(wanted: name, names: names)))
        await client.close()
    }

    @Test func `a common name is no name`() async throws {
        let peer = try await HTTPSPeer("common-name")
        let client = try peer.client(name: "localhost")
        #expect(await client.distrust() == .wrongName(wanted: "localhost", names: []))
        await client.close()
    }

    @Test func `a server that speaks another protocol is refused`() async throws {
        let peer = try await HTTPSPeer("other-alpn")
        let client = try peer.client()
        #expect(await client.distrust() == .noCommonProtocol(wanted: ["h2"]))
        await client.close()
    }

    @Test(arguments: [
        ("client-expired", TLSAlert.certificateExpired), ("client-strange", .unknownAuthority),
    ])
    func `a server says why it does not take our certificate`(
        kind: String,
        alert: TLSAlert
    ) async throws {
        let peer = try await HTTPSPeer(kind)
        let client = try peer.client {
            $0.certificateChain = try peer.bytes("client.crt")
            $0.privateKey = try peer.bytes("client.key")
        }
        #expect(await client.distrust() == .refusedByPeer(alert))
        await client.close()
    }

    @Test(arguments: ["silent", "drip"])
    func `a server that never ends the handshake is given up`(kind: String) async throws {
        let peer = try await HTTPSPeer(kind)
        let client = peer.client(try peer.context(), patience: .milliseconds(400))
        #expect(await client.distrust() == .timedOut(.milliseconds(400)))
        await client.close()
    }

    @Test func `a server that wants to renegotiate is left`() async throws {
        let scratch = try Scratch()
        let peer = try await PeerProcess(
            script: "openssl_server.py",
            arguments: [scratch.path, "renegotiate", "-tls1_2"]
        )
        let port = try #require(peer.greeting.last.flatMap { UInt16($0) })
        var configuration = TLSClientConfiguration()
        configuration.authorities = try bytes(scratch["ca.crt"])
        let client = HTTPSPeer.client(at: port, try TLSClientContext(configuration))
        #expect(await client.distrust() == .renegotiation)
        await client.close()
    }

    @Test(arguments: ["-tls1_2", "-tls1_3"])
    func `s_server sees the second connection resume the first`(version: String) async throws {
        let scratch = try Scratch()
        let peer = try await PeerProcess(
            script: "openssl_server.py",
            arguments: [scratch.path, "good", version]
        )
        let port = try #require(peer.greeting.last.flatMap { UInt16($0) })
        let context = try TLSClientContext(
            TLSClientFiles(authorities: scratch["ca.crt"])
        )
        for count in [0, 1, 2] {
            // It speaks no HTTP/2, but by then TLS stands and the tickets are there.
            let client = HTTPSPeer.client(at: port, context, patience: .milliseconds(500))
            _ = await client.distrust()
            await client.close()
            let text = String(decoding: try await peer.output(lines: 1), as: UTF8.self)
            let resumed = text.components(separatedBy: "Reused session-id").count - 1
            #expect(resumed == count, "\(text)")
        }
    }

    @Test func `Python sees sessions resumed until our certificates change`() async throws {
        let peer = try await HTTPSPeer("client")
        for name in ["ca.crt", "client.crt", "client.key"] {
            try Data(peer.bytes(name)).write(to: URL(fileURLWithPath: peer.scratch["my-\(name)"]))
        }
        let files = TLSClientFiles(
            authorities: peer.scratch["my-ca.crt"],
            certificateChain: peer.scratch["my-client.crt"],
            privateKey: peer.scratch["my-client.key"]
        )
        let context = try TLSClientContext(files)
        func resumed() async throws -> String {
            let client = peer.client(context)
            let text = try await client.text("/resumed")
            await client.close()
            return text
        }
        #expect(try await resumed() == "False")
        #expect(try await resumed() == "True")
        #expect(try await resumed() == "True")
        let stranger = try TLSAuthority(name: "next", days: 1).certificate
        let both = try peer.bytes("ca.crt") + stranger
        try Data(both).write(to: URL(fileURLWithPath: peer.scratch["my-ca.crt"]))
        #expect(try await resumed() == "False")
        #expect(try await resumed() == "True")
        try Data(stranger).write(to: URL(fileURLWithPath: peer.scratch["my-ca.crt"]))
        let client = peer.client(context)
        #expect(await client.distrust() == .unknownAuthority(selfSigned: false))
        await client.close()
    }

    private func bytes(_ path: String) throws -> [UInt8] {
        try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
    }
}
