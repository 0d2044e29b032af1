// SPDX-License-Identifier: Apache-2.0

import Connections
import TLS
import TestSupport

@testable import RPC

/// The kinds of sockets a server can listen on, and what is spoken there.
enum Kind: CaseIterable, Sendable {
    case unix, tcp, mutualTLS

    /// A place nobody uses.
    func endpoint() -> Endpoint {
        switch self {
        case .unix: .unix(path: temporaryPath())
        case .tcp, .mutualTLS: .tcp(host: "127.0.0.1", port: 0)
        }
    }

    /// What a peer has to be told besides its address; the files lie in `scratch`.
    func arguments(in scratch: Scratch) throws -> [String] {
        guard self == .mutualTLS else { return [] }
        try Credentials.shared.get().write(to: scratch)
        return ["--tls", scratch.path]
    }

    /// Has the server ask for certificates, where that is what is spoken.
    func secure(_ options: inout ServerOptions) throws {
        guard self == .mutualTLS else { return }
        options.listen.tls = try Credentials.shared.get().server
    }

    /// Gives the client its certificate, where that is what is spoken.
    func secure(_ options: inout ChannelOptions) throws {
        guard self == .mutualTLS else { return }
        options.dial.tls = TLSPeer(try Credentials.shared.get().client, name: "127.0.0.1")
    }
}

/// An authority with a server and a client of it.
struct Credentials: Sendable {
    /// Those that all tests share.
    static let shared = Result { try Credentials() }

    let server: TLSServerContext
    let client: TLSClientContext
    private let files: [String: [UInt8]]

    private init() throws {
        let authority = try TLSAuthority(name: "test", days: 1)
        files = try authority.files()
        var serving = TLSServerConfiguration(
            certificateChain: files["server.crt"] ?? [],
            privateKey: files["server.key"] ?? []
        )
        serving.clients = .required
        serving.clientAuthorities = authority.certificate
        server = try TLSServerContext(serving)
        var calling = TLSClientConfiguration()
        calling.authorities = authority.certificate
        calling.certificateChain = files["client.crt"]
        calling.privateKey = files["client.key"]
        client = try TLSClientContext(calling)
    }

    func write(to scratch: Scratch) throws {
        for (name, bytes) in files {
            try scratch.write(String(decoding: bytes, as: UTF8.self), to: name)
        }
    }
}

extension TLSAuthority {
    /// Certificates and keys of a server and a client, by the names of their files.
    func files() throws(TLSError) -> [String: [UInt8]] {
        let server = try identity(names: ["localhost"], addresses: ["127.0.0.1"], days: 1)
        let client = try identity(names: ["agent"], addresses: [], days: 1, use: .client)
        return [
            "ca.crt": certificate,
            "server.crt": server.certificateChain, "server.key": server.privateKey,
            "client.crt": client.certificateChain, "client.key": client.privateKey,
        ]
    }
}
