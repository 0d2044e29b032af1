// SPDX-License-Identifier: Apache-2.0

import Connections
import Foundation
import HTTP
import TLS
import TestSupport

/// PyPI's h2 behind Python's ssl, with or without one thing wrong.
struct HTTPSPeer {
    let scratch: Scratch
    let process: PeerProcess
    let port: UInt16

    init(_ kind: String) async throws {
        scratch = try Scratch()
        process = try await PeerProcess(
            script: "https_server.py",
            arguments: [scratch.path, kind]
        )
        port = process.greeting.last.flatMap { UInt16($0) } ?? 0
    }

    func bytes(_ name: String) throws -> [UInt8] {
        try [UInt8](Data(contentsOf: URL(fileURLWithPath: scratch[name])))
    }

    /// A client that trusts the peer's authority, or what `change` makes of that.
    func client(
        name: String = "127.0.0.1",
        _ change: (inout TLSClientConfiguration) throws -> Void = { _ in }
    ) throws -> HTTPClient {
        client(try context(change), name: name)
    }

    /// What a client needs to trust the peer, or what `change` makes of that.
    func context(
        _ change: (inout TLSClientConfiguration) throws -> Void = { _ in }
    ) throws -> TLSClientContext {
        var configuration = TLSClientConfiguration()
        configuration.authorities = try bytes("ca.crt")
        try change(&configuration)
        return try TLSClientContext(configuration)
    }

    func client(
        _ context: TLSClientContext,
        name: String = "127.0.0.1",
        patience: Duration = .seconds(5)
    ) -> HTTPClient {
        Self.client(at: port, context, name: name, patience: patience)
    }

    /// A client of the server at that port of this machine.
    static func client(
        at port: UInt16,
        _ context: TLSClientContext,
        name: String = "127.0.0.1",
        patience: Duration = .seconds(5)
    ) -> HTTPClient {
        var options = DialOptions()
        options.tls = TLSPeer(context, name: name)
        options.keepAlive.handshake = patience
        return HTTPClient(
            .tcp(host: "127.0.0.1", port: port),
            authority: "localhost:\(port)",
            options: options,
            isSecure: true
        )
    }

    /// A client without TLS.
    func plainClient() -> HTTPClient {
        HTTPClient(
            .tcp(host: "127.0.0.1", port: port),
            authority: "localhost:\(port)",
            options: DialOptions(),
            isSecure: false
        )
    }
}

extension HTTPClient {
    /// The body of a GET as text.
    func text(_ path: String) async throws(HTTPFailure) -> String {
        let response = try await send(
            HTTPRequest("GET", path),
            deadline: .seconds(10),
            limit: 1 << 20
        )
        return String(decoding: response.body, as: UTF8.self)
    }

    /// Why TLS with the server failed.
    func distrust() async -> TLSError? {
        do throws(HTTPFailure) {
            _ = try await text("/hello")
            return nil
        } catch {
            guard case .connection(let failure) = error, case .insecure(let reason) = failure.reason
            else { return .other("\(error)") }
            return reason
        }
    }
}
