// SPDX-License-Identifier: Apache-2.0

import HTTP
import TLS
import Testing

/// Whom a client speaks to, and whom not; each refusal is a case of its own.
@Suite(.timeLimit(.minutes(2))) struct TrustTests {
    @Test(arguments: ["127.0.0.1", "localhost"])
    func `speaks with a server whose certificate has the name`(name: String) async throws {
        let peer = try await HTTPSPeer("good")
        let client = try peer.client(name: name)
        let text = try await client.text("/hello")
        #expect(text == "hello")
        await client.close()
    }

    @Test(arguments: [
        ("expired", TLSError.expired),
        ("early", .notYetValid),
        ("self-signed", .unknownAuthority(selfSigned: true)),
        (
            "other-name",
            .wrongName(wanted: "127.0.0.1", names: ["other.example", "192.0.2.9"])
        ),
        ("tls11", .noCommonVersion),
        ("no-alpn", .noCommonProtocol(wanted: ["h2"])),
        ("cut", .truncated),
        ("not-tls", .notTLS),
        ("plain", .notTLS),
    ])
    func `says what is wrong with a server`(kind: String, error: TLSError) async throws {
        let peer = try await HTTPSPeer(kind)
        let client = try peer.client()
        #expect(await client.distrust() == error)
        #expect(await client.distrust() == error, "also while it rests")
        await client.close()
    }

    @Test func `a wrong DNS name is told with the right ones`() async throws {
        let peer = try await HTTPSPeer("good")
        let client = try peer.client(name: "api.example")
        let names = ["localhost", "127.0.0.1"]
        #expect(await client.distrust() == .wrongName(wanted: "api.example", names: names))
        await client.close()
    }

    @Test func `an authority that signed somebody else is unknown`() async throws {
        let peer = try await HTTPSPeer("good")
        let stranger = try await HTTPSPeer("good")
        let client = try peer.client { $0.authorities = try stranger.bytes("ca.crt") }
        #expect(await client.distrust() == .unknownAuthority(selfSigned: false))
        await client.close()
    }

    @Test func `a certificate that is trusted itself needs no authority`() async throws {
        let peer = try await HTTPSPeer("good")
        let client = try peer.client { $0.authorities = try peer.bytes("server.crt") }
        let text = try await client.text("/hello")
        #expect(text == "hello")
        await client.close()
    }

    @Test func `an unverified server is spoken to whoever it is`() async throws {
        let peer = try await HTTPSPeer("expired")
        let client = try peer.client { $0.isVerified = false }
        let text = try await client.text("/hello")
        #expect(text == "hello")
        await client.close()
    }

    @Test func `shows its certificate to a server that wants one`() async throws {
        let peer = try await HTTPSPeer("client")
        let client = try peer.client {
            $0.certificateChain = try peer.bytes("client.crt")
            $0.privateKey = try peer.bytes("client.key")
        }
        let text = try await client.text("/hello")
        #expect(text == "hello")
        await client.close()
    }

    @Test func `a server that wants a certificate refuses a client without`() async throws {
        let peer = try await HTTPSPeer("client")
        let client = try peer.client()
        #expect(await client.distrust() == .refusedByPeer(.certificateRequired))
        await client.close()
    }
}
