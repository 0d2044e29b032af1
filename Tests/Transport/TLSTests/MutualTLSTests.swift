// SPDX-License-Identifier: Apache-2.0

import TLS
import TestSupport
import Testing

/// A server that asks its clients who they are, and what both ends see.
@Suite(.timeLimit(.minutes(1))) struct MutualTLSTests {
    private let authority: TLSAuthority
    private let stranger: TLSAuthority

    init() throws {
        authority = try TLSAuthority(name: "ours", days: 1)
        stranger = try TLSAuthority(name: "another", days: 1)
    }

    private func server(
        _ clients: TLSServerConfiguration.Clients
    ) throws -> TLSServerContext {
        let made = try authority.identity(names: ["localhost"], addresses: [], days: 1)
        var configuration = TLSServerConfiguration(
            certificateChain: made.certificateChain,
            privateKey: made.privateKey
        )
        configuration.clients = clients
        configuration.clientAuthorities = authority.certificate
        return try TLSServerContext(configuration)
    }

    private func client(_ identity: TLSAuthority.Identity?) throws -> TLSClientContext {
        var configuration = TLSClientConfiguration()
        configuration.authorities = authority.certificate
        configuration.certificateChain = identity?.certificateChain
        configuration.privateKey = identity?.privateKey
        return try TLSClientContext(configuration)
    }

    private func agent(
        of maker: TLSAuthority,
        firstDay: Int = 0,
        use: TLSAuthority.Use = .client
    ) throws -> TLSAuthority.Identity {
        try maker.identity(
            names: ["agent", "agent.example"],
            addresses: ["192.0.2.1"],
            days: 1,
            firstDay: firstDay,
            use: use
        )
    }

    @Test(arguments: [TLSServerConfiguration.Clients.required, .optional])
    func `a client is known by its certificate`(
        clients: TLSServerConfiguration.Clients
    ) throws {
        let end = try Handshake(client(agent(of: authority)), server(clients))
        #expect(end.isGood)
        #expect(end.identity?.commonName == "agent")
        #expect(end.identity?.names == ["agent", "agent.example", "192.0.2.1"])
    }

    @Test func `nobody is known to a server that does not ask`() throws {
        let end = try Handshake(client(agent(of: authority)), server(.anonymous))
        #expect(end.isGood && end.identity == nil)
        let other = try Handshake(client(agent(of: stranger)), server(.anonymous))
        #expect(other.isGood && other.identity == nil)
    }

    @Test func `without a certificate one gets in only where it is optional`() throws {
        let optional = try Handshake(client(nil), server(.optional))
        #expect(optional.isGood && optional.identity == nil)
        let required = try Handshake(client(nil), server(.required))
        #expect(required.server == .noCertificate)
        #expect(required.client == .refusedByPeer(.certificateRequired))
    }

    @Test(arguments: [TLSServerConfiguration.Clients.required, .optional])
    func `a bad certificate is refused by name, and the client is told`(
        clients: TLSServerConfiguration.Clients
    ) throws {
        let server = try server(clients)
        let unknown = try Handshake(client(agent(of: stranger)), server)
        #expect(unknown.server == .unknownAuthority(selfSigned: false))
        #expect(unknown.client == .refusedByPeer(.unknownAuthority))
        let expired = try Handshake(client(agent(of: authority, firstDay: -2)), server)
        #expect(expired.server == .expired)
        #expect(expired.client == .refusedByPeer(.certificateExpired))
        let early = try Handshake(client(agent(of: authority, firstDay: 2)), server)
        #expect(early.server == .notYetValid)
        #expect(early.client == .refusedByPeer(.badCertificate))
        let misused = try Handshake(client(agent(of: authority, use: .server)), server)
        #expect(misused.server == .wrongUse)
        #expect(misused.client == .refusedByPeer(.unsupportedCertificate))
    }

    @Test func `asking without an authority to trust is a mistake`() throws {
        let made = try authority.identity(names: ["localhost"], addresses: [], days: 1)
        var configuration = TLSServerConfiguration(
            certificateChain: made.certificateChain,
            privateKey: made.privateKey
        )
        configuration.clients = .required
        let wanted = TLSError.unusable("the client authorities: there is no PEM certificate")
        #expect(throws: wanted) { try TLSServerContext(configuration) }
    }
}
