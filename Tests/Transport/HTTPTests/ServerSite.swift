// SPDX-License-Identifier: Apache-2.0

import Connections
import Foundation
import HTTP
import Synchronization
import TLS
import TestSupport

/// A server behind TLS with certificates of its own, which runs while a test asks it.
struct ServerSite: Sendable {
    /// What is not as it usually is.
    struct Wishes {
        var bodyLimit = 1 << 20
        var handshake: Duration?
        var connections = 256
        var clients = TLSServerConfiguration.Clients.anonymous
        var isPlain = false
    }

    let server: HTTPServer
    let port: UInt16
    /// Has ca.crt, server.crt, server.key and clients.crt; the server reads the last three.
    let scratch: Scratch
    let maker: TLSAuthority
    let refusals: Refusals

    var authority: [UInt8] { maker.certificate }

    /// Starts a server, hands it to `body`, and ends it with all its handlers.
    static func run(
        bodyLimit: Int = 1 << 20,
        handshake: Duration? = nil,
        handler: @escaping HTTPServer.Handler,
        _ body: (ServerSite) async throws -> Void
    ) async throws {
        let wishes = Wishes(bodyLimit: bodyLimit, handshake: handshake)
        try await run(wishes, handler: handler, body)
    }

    static func run(
        _ wishes: Wishes,
        handler: @escaping HTTPServer.Handler = { _, reply in
            reply.send(200, body: Array("hi".utf8))
        },
        _ body: (ServerSite) async throws -> Void
    ) async throws {
        let site = try await ServerSite(wishes, handler)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await site.server.run() }
            try await body(site)
            group.cancelAll()
        }
    }

    private init(_ wishes: Wishes, _ handler: @escaping HTTPServer.Handler) async throws {
        maker = try TLSAuthority(name: "test", days: 1)
        scratch = try Scratch()
        try Data(maker.certificate).write(to: URL(fileURLWithPath: scratch["ca.crt"]))
        try Data(maker.certificate).write(to: URL(fileURLWithPath: scratch["clients.crt"]))
        try Self.write(
            maker.identity(names: ["localhost"], addresses: ["127.0.0.1"], days: 1),
            as: "server",
            in: scratch
        )
        server = HTTPServer(
            bodyLimit: wishes.bodyLimit,
            grace: .milliseconds(500),
            handler: handler
        )
        let refusals = Refusals()
        self.refusals = refusals
        var options = ListenOptions()
        options.onRefusal = { failure, _ in refusals.add(failure.reason) }
        options.connections = wishes.connections
        var configuration = TLSServerConfiguration()
        configuration.clients = wishes.clients
        let files = TLSServerFiles(
            certificateChain: scratch["server.crt"],
            privateKey: scratch["server.key"],
            clientAuthorities: scratch["clients.crt"]
        )
        if !wishes.isPlain { options.tls = try TLSServerContext(files, configuration) }
        if let handshake = wishes.handshake { options.keepAlive.handshake = handshake }
        let endpoint = try await server.listen(
            at: .tcp(host: "127.0.0.1", port: 0),
            options: options
        )
        guard case .tcp(_, let port) = endpoint else { throw CommandEnd(status: -1, text: "") }
        self.port = port
    }

    /// Writes certificate and key as NAME.crt and NAME.key.
    func write(_ identity: TLSAuthority.Identity, as name: String) throws {
        try Self.write(identity, as: name, in: scratch)
    }

    private static func write(
        _ identity: TLSAuthority.Identity,
        as name: String,
        in scratch: Scratch
    ) throws {
        let files = [("crt", identity.certificateChain), ("key", identity.privateKey)]
        for (kind, bytes) in files {
            try Data(bytes).write(to: URL(fileURLWithPath: scratch["\(name).\(kind)"]))
        }
    }

    /// A client that does not know of TLS.
    func plainClient() -> HTTPClient {
        HTTPClient(
            .tcp(host: "127.0.0.1", port: port),
            authority: "127.0.0.1:\(port)",
            options: DialOptions(),
            isSecure: false
        )
    }

    func client() throws -> HTTPClient {
        var configuration = TLSClientConfiguration()
        configuration.authorities = authority
        var options = DialOptions()
        options.tls = TLSPeer(try TLSClientContext(configuration), name: "127.0.0.1")
        return HTTPClient(
            .tcp(host: "127.0.0.1", port: port),
            authority: "127.0.0.1:\(port)",
            options: options,
            isSecure: true
        )
    }

    /// Runs a program of the machine with nothing to read; its status and all it said.
    static func command(_ words: [String], input: String = "") async throws -> CommandEnd {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/timeout")
        process.arguments = ["20"] + words
        let (output, typed) = (Pipe(), Pipe())
        (process.standardOutput, process.standardError) = (output, output)
        process.standardInput = typed
        try process.run()
        try typed.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try typed.fileHandleForWriting.close()
        let reader = output.fileHandleForReading
        let text = await Task.detached { reader.readDataToEndOfFile() }.value
        process.waitUntilExit()
        return CommandEnd(
            status: process.terminationStatus,
            text: String(decoding: text, as: UTF8.self)
        )
    }
}

/// How a program ended.
struct CommandEnd: Error, Equatable {
    let status: Int32
    let text: String
}

/// Why connections were refused, as the server tells it.
final class Refusals: Sendable {
    private let reasons = Mutex<[ConnectionFailure.Reason]>([])

    func add(_ reason: ConnectionFailure.Reason) {
        reasons.withLock { $0.append(reason) }
    }

    /// Waits for this reason, whatever else there is.
    func have(_ reason: ConnectionFailure.Reason) async throws -> Bool {
        for _ in 0..<1000 {
            if reasons.withLock({ $0.contains(reason) }) { return true }
            try await Task.sleep(for: .milliseconds(10))
        }
        return false
    }

    /// Waits for so many reasons; all of them so far, and none twice.
    func take(_ count: Int = 1) async throws -> [ConnectionFailure.Reason] {
        for _ in 0..<1000 where reasons.withLock({ $0.count < count }) {
            try await Task.sleep(for: .milliseconds(10))
        }
        return reasons.withLock { reasons in
            defer { reasons = [] }
            return reasons
        }
    }
}
