// SPDX-License-Identifier: Apache-2.0

import TLS
import TestSupport
import Testing

/// Both ends without a socket: every byte of the handshake passes through the test.
@Suite(.timeLimit(.minutes(1))) struct TLSServerSessionTests {
    private let server: TLSServerContext
    private let authority: [UInt8]

    init() throws {
        let maker = try TLSAuthority(name: "test", days: 1)
        let made = try maker.identity(names: ["localhost"], addresses: ["127.0.0.1"], days: 1)
        authority = maker.certificate
        server = try TLSServerContext(
            TLSServerConfiguration(
                certificateChain: made.certificateChain,
                privateKey: made.privateKey
            )
        )
    }

    private func client(
        protocols: [String] = ["h2"],
        authority: [UInt8]? = nil
    ) throws -> TLSClientContext {
        var configuration = TLSClientConfiguration()
        configuration.authorities = authority ?? self.authority
        configuration.protocols = protocols
        return try TLSClientContext(configuration)
    }

    /// What each end says of a handshake in pieces of `size` bytes.
    private func shake(
        _ context: TLSClientContext,
        name: String = "localhost",
        size: Int = .max
    ) throws -> (client: String, server: String) {
        var one = try TLSSession(context, serverName: name)
        var two = try TLSSession(server)
        try one.start()
        var (clientSays, serverSays) = ("", "")
        for _ in 0..<10 {
            for piece in Self.pieces(one.takeOutput(), size) where serverSays.isEmpty {
                serverSays = Self.feed(&two, piece)
            }
            for piece in Self.pieces(two.takeOutput(), size) where clientSays.isEmpty {
                clientSays = Self.feed(&one, piece)
            }
        }
        return (clientSays, serverSays)
    }

    private static func pieces(_ bytes: [UInt8], _ size: Int) -> [[UInt8]] {
        guard size < bytes.count else { return bytes.isEmpty ? [] : [bytes] }
        return stride(from: 0, to: bytes.count, by: size).map {
            Array(bytes[$0..<min($0 + size, bytes.count)])
        }
    }

    private static func feed(_ session: inout TLSSession, _ bytes: [UInt8]) -> String {
        do throws(TLSError) {
            for case .established(let name) in try session.receive(bytes.span) { return name }
            return ""
        } catch {
            return "\(error)"
        }
    }

    @Test(arguments: [1, 2, 7, 1000, Int.max])
    func `a handshake in pieces of any size`(size: Int) throws {
        let (client, server) = try shake(client(), size: size)
        #expect(client == "h2" && server == "h2")
    }

    @Test func `an address is a name`() throws {
        let (client, server) = try shake(client(), name: "127.0.0.1")
        #expect(client == "h2" && server == "h2")
    }

    @Test func `a client that wants another name or trusts another gives up`() throws {
        let (wrong, told) = try shake(client(), name: "other.example")
        #expect(wrong.contains("localhost, 127.0.0.1, not for other.example"))
        #expect(told.contains("ended the TLS handshake") || told == "h2")
        let stranger = try TLSAuthority(name: "stranger", days: 1).certificate
        let (unknown, _) = try shake(client(authority: stranger))
        #expect(unknown.contains("unknown authority"))
    }

    @Test func `who offers no common protocol is refused`() throws {
        let (client, server) = try shake(client(protocols: ["http/1.1"]))
        #expect(server.contains("does not offer h2"))
        #expect(!client.isEmpty && client != "http/1.1")
    }

    @Test(arguments: [
        "GET / HTTP/1.1\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "\u{16}\u{3}\u{1}\u{0}\u{5}hello",
        "\0\0\0\0\0\0\0\0\0\0\0\0",
    ])
    func `what is not TLS is refused, byte by byte too`(text: String) throws {
        for size in [1, 1000] {
            var session = try TLSSession(server)
            var complaint = ""
            for piece in Self.pieces(Array(text.utf8), size) where complaint.isEmpty {
                complaint = Self.feed(&session, piece)
            }
            #expect(!complaint.isEmpty && complaint != "h2")
        }
    }

    @Test func `a garbled handshake is an error, never more`() throws {
        var random = SeededGenerator(seed: 3)
        let context = try client()
        for _ in 0..<200 {
            var one = try TLSSession(context, serverName: "localhost")
            try one.start()
            var hello = one.takeOutput()
            for _ in 0..<3 {
                let place = Int.random(in: 0..<hello.count, using: &random)
                hello[place] = UInt8.random(in: .min ... .max, using: &random)
            }
            var two = try TLSSession(server)
            _ = Self.feed(&two, hello)
            _ = two.takeOutput()
            two.close()
        }
    }
}
