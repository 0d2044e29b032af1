// SPDX-License-Identifier: Apache-2.0

import Kernel
import TLS
import TestSupport

/// What both ends say of a handshake that passed through the test, without a socket.
struct Handshake {
    var client: TLSError?
    var server: TLSError?
    /// Both ends agree on it.
    var isResumed = false
    /// Whom the server has seen.
    var identity: TLSIdentity?

    /// Whether both ends are content.
    var isGood: Bool { client == nil && server == nil }

    init(
        _ client: TLSClientContext,
        _ server: TLSServerContext,
        name: String = "localhost",
        endpoint: String = ""
    ) throws {
        var one = try TLSSession(client, serverName: name, endpoint: endpoint)
        var two = try TLSSession(server)
        try one.start()
        for _ in 0..<6 {
            Self.feed(&two, one.takeOutput(), &self.server)
            Self.feed(&one, two.takeOutput(), &self.client)
        }
        guard isGood else { return }
        isResumed = one.isResumed && two.isResumed
        identity = two.peer
    }

    private static func feed(
        _ session: inout TLSSession,
        _ bytes: [UInt8],
        _ error: inout TLSError?
    ) {
        guard error == nil, !bytes.isEmpty else { return }
        do throws(TLSError) {
            _ = try session.receive(bytes.span)
        } catch let failure {
            error = failure
        }
    }
}

/// What a server and a client are made of, as Kubernetes mounts a secret.
///
/// The names lead through the link `..data`, which is turned as a whole.
final class Mount: Sendable {
    let scratch: Scratch

    init() throws {
        scratch = try Scratch()
        for name in Self.names {
            try Files.link(scratch[name], to: "..data/\(name)")
        }
    }

    static let names = [
        "ca.crt", "clients.crt", "server.crt", "server.key", "client.crt", "client.key",
    ]

    /// Shows other contents, all at once.
    func turn(to contents: [String: [UInt8]]) throws {
        let folder = "..\(UInt64.random(in: .min ... .max))"
        try Files.makeDirectory(scratch[folder])
        for (name, bytes) in contents {
            try Files.write(bytes, to: scratch["\(folder)/\(name)"])
        }
        try Files.link(scratch["..data_tmp"], to: folder)
        try Files.rename(scratch["..data_tmp"], to: scratch["..data"])
    }

    var serverFiles: TLSServerFiles {
        TLSServerFiles(
            certificateChain: scratch["server.crt"],
            privateKey: scratch["server.key"],
            clientAuthorities: scratch["clients.crt"]
        )
    }

    var clientFiles: TLSClientFiles {
        TLSClientFiles(
            authorities: scratch["ca.crt"],
            certificateChain: scratch["client.crt"],
            privateKey: scratch["client.key"]
        )
    }
}

extension TLSAuthority {
    /// What a mount has when this authority signs both ends and they trust `trusted`.
    func contents(trusted: [UInt8]? = nil) throws(TLSError) -> [String: [UInt8]] {
        let server = try identity(names: ["localhost"], addresses: ["127.0.0.1"], days: 1)
        let client = try identity(names: ["agent"], addresses: [], days: 1, use: .client)
        return [
            "ca.crt": trusted ?? certificate, "clients.crt": trusted ?? certificate,
            "server.crt": server.certificateChain, "server.key": server.privateKey,
            "client.crt": client.certificateChain, "client.key": client.privateKey,
        ]
    }
}
