// SPDX-License-Identifier: Apache-2.0

import Kernel
import TLS
import TestSupport
import Testing

/// Sessions are taken up again, but never past a change of whom one trusts or what one is.
@Suite(.timeLimit(.minutes(1))) struct ResumptionTests {
    private let mount: Mount
    private let authority: TLSAuthority

    init() throws {
        mount = try Mount()
        authority = try TLSAuthority(name: "ours", days: 1)
        try mount.turn(to: authority.contents())
    }

    private func server(
        _ clients: TLSServerConfiguration.Clients = .required
    ) throws -> TLSServerContext {
        var configuration = TLSServerConfiguration()
        configuration.clients = clients
        return try TLSServerContext(mount.serverFiles, configuration)
    }

    @Test(arguments: [TLSServerConfiguration.Clients.anonymous, .required])
    func `every handshake after the first is resumed, and the client still known`(
        clients: TLSServerConfiguration.Clients
    ) throws {
        let (client, server) = (try TLSClientContext(mount.clientFiles), try server(clients))
        let ends = try (0..<5).map { _ in try Handshake(client, server) }
        #expect(!ends.map(\.isGood).contains(false))
        #expect(ends.map(\.isResumed) == [false, true, true, true, true])
        let name = clients == .anonymous ? nil : "agent"
        #expect(ends.map { $0.identity?.commonName } == Array(repeating: name, count: 5))
    }

    @Test func `a session is good for its name and endpoint only`() throws {
        let (client, server) = (try TLSClientContext(mount.clientFiles), try server())
        #expect(try !Handshake(client, server, endpoint: "a").isResumed)
        #expect(try !Handshake(client, server, endpoint: "b").isResumed)
        #expect(try !Handshake(client, server, name: "127.0.0.1", endpoint: "a").isResumed)
        #expect(try Handshake(client, server, endpoint: "a").isResumed)
        let wrong = try Handshake(client, server, name: "other.example", endpoint: "a")
        #expect(
            wrong.client
                == .wrongName(wanted: "other.example", names: ["localhost", "127.0.0.1"])
        )
    }

    @Test func `another server, or another client, resumes nothing`() throws {
        let (client, server) = (try TLSClientContext(mount.clientFiles), try server())
        _ = try Handshake(client, server)
        #expect(try !Handshake(client, self.server()).isResumed)
        #expect(try !Handshake(TLSClientContext(mount.clientFiles), server).isResumed)
    }

    @Test func `a server that has read new certificates takes no old session`() throws {
        let client = try TLSClientContext(fixedClient(of: authority))
        let server = try server()
        _ = try Handshake(client, server)
        #expect(try Handshake(client, server).isResumed)
        try mount.turn(to: authority.contents())
        let after = try Handshake(client, server)
        #expect(after.isGood && !after.isResumed)
        #expect(try Handshake(client, server).isResumed)
    }

    @Test func `a client that has read new certificates offers no old session`() throws {
        let made = try authority.identity(names: ["localhost"], addresses: [], days: 1)
        let server = try TLSServerContext(
            TLSServerConfiguration(
                certificateChain: made.certificateChain,
                privateKey: made.privateKey
            )
        )
        let client = try TLSClientContext(mount.clientFiles)
        _ = try Handshake(client, server)
        #expect(try Handshake(client, server).isResumed)
        try mount.turn(to: authority.contents())
        let after = try Handshake(client, server)
        #expect(after.isGood && !after.isResumed)
    }

    @Test func `whoever is taken out of the bundle is out, resumed or not`() throws {
        let client = try TLSClientContext(fixedClient(of: authority))
        let server = try server()
        _ = try Handshake(client, server)
        #expect(try Handshake(client, server).isResumed)
        let next = try TLSAuthority(name: "next", days: 1)
        var contents = try authority.contents()
        contents["clients.crt"] = next.certificate
        try mount.turn(to: contents)
        let end = try Handshake(client, server)
        #expect(end.server == .unknownAuthority(selfSigned: false))
        #expect(end.client == .refusedByPeer(.unknownAuthority))
        contents["clients.crt"] = next.certificate + authority.certificate
        try mount.turn(to: contents)
        #expect(try Handshake(client, server).isGood)
    }

    @Test func `a single certificate can be let in, and be taken out again`() throws {
        let configuration = try fixedClient(of: authority)
        let client = try TLSClientContext(configuration)
        let other = try TLSClientContext(fixedClient(of: authority))
        var contents = try authority.contents()
        let leaf = try #require(configuration.certificateChain)
        contents["clients.crt"] = Array(leaf.dropLast(authority.certificate.count))
        try mount.turn(to: contents)
        let server = try server()
        #expect(try Handshake(client, server).isGood)
        #expect(try Handshake(client, server).isResumed)
        #expect(
            try Handshake(other, server).server == .unknownAuthority(selfSigned: false)
        )
        contents["clients.crt"] = try TLSAuthority(name: "next", days: 1).certificate
        try mount.turn(to: contents)
        #expect(
            try Handshake(client, server).server == .unknownAuthority(selfSigned: false)
        )
    }

    @Test func `a server whose authority is taken out is trusted no more, resumed or not`() throws {
        let made = try authority.identity(names: ["localhost"], addresses: [], days: 1)
        let server = try TLSServerContext(
            TLSServerConfiguration(
                certificateChain: made.certificateChain,
                privateKey: made.privateKey
            )
        )
        let client = try TLSClientContext(mount.clientFiles)
        _ = try Handshake(client, server)
        #expect(try Handshake(client, server).isResumed)
        var contents = try authority.contents()
        contents["ca.crt"] = try TLSAuthority(name: "next", days: 1).certificate
        try mount.turn(to: contents)
        let end = try Handshake(client, server)
        #expect(end.client == .unknownAuthority(selfSigned: false))
        #expect(end.server == .refusedByPeer(.unknownAuthority))
    }

    @Test func `a session does not outlive the client's certificate`() throws {
        let made = try authority.identity(
            names: ["brief"],
            addresses: [],
            life: -3600..<3,
            use: .client
        )
        var configuration = TLSClientConfiguration()
        configuration.authorities = authority.certificate
        configuration.certificateChain = made.certificateChain
        configuration.privateKey = made.privateKey
        let end = try lastEnd(TLSClientContext(configuration), server())
        #expect(end.server == .expired)
        #expect(end.client == .refusedByPeer(.certificateExpired))
    }

    @Test func `a session does not outlive the server's certificate`() throws {
        let made = try authority.identity(
            names: ["localhost"],
            addresses: [],
            life: -3600..<3,
            use: .server
        )
        let server = try TLSServerContext(
            TLSServerConfiguration(
                certificateChain: made.certificateChain,
                privateKey: made.privateKey
            )
        )
        let end = try lastEnd(TLSClientContext(mount.clientFiles), server)
        #expect(end.client == .expired)
        #expect(end.server == .refusedByPeer(.certificateExpired))
    }

    /// Resumes a session over and over for as long as that works, at most some seconds.
    private func lastEnd(
        _ client: TLSClientContext,
        _ server: TLSServerContext
    ) throws -> Handshake {
        var end = try Handshake(client, server)
        #expect(end.isGood)
        for _ in 0..<100 where end.isGood {
            Clocks.sleep(for: .milliseconds(100))
            end = try Handshake(client, server)
            #expect(end.isResumed || !end.isGood)
        }
        return end
    }

    private func fixedClient(of maker: TLSAuthority) throws -> TLSClientConfiguration {
        let made = try maker.identity(names: ["agent"], addresses: [], days: 1, use: .client)
        var configuration = TLSClientConfiguration()
        configuration.authorities = authority.certificate
        configuration.certificateChain = made.certificateChain
        configuration.privateKey = made.privateKey
        return configuration
    }
}
