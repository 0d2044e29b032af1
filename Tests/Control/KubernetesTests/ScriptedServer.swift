// SPDX-License-Identifier: Apache-2.0

import Connections
import Foundation
import HPACK
import HTTP
import JSON
import Resources
import Synchronization
import Testing

@testable import Kubernetes

/// A server that answers as a test wants, and keeps what it was asked.
final class ScriptedServer: Sendable {
    /// An answer: a status, fields and a body.
    struct Answer: Sendable {
        var status = 200
        var fields = ["content-type": "application/json"]
        var body: [UInt8] = []

        init(_ status: Int, _ json: String, _ fields: [String: String] = [:]) {
            self.status = status
            body = Array(json.utf8)
            self.fields.merge(fields) { $1 }
        }

        /// A refusal as an API server words it.
        static func refusal(
            _ code: Int,
            _ reason: String,
            _ fields: [String: String] = [:]
        ) -> Answer {
            let text = #"{"kind":"Status","code":\#(code),"reason":"\#(reason)","message":"no"}"#
            return Answer(code, text, fields)
        }
    }

    /// Answers a request; the number counts them from 0.
    ///
    /// Nil leaves it without an answer.
    typealias Script = @Sendable (HTTPIncoming, Int) -> Answer?

    private let asked = Mutex<[HTTPIncoming]>([])
    let endpoint: Endpoint

    /// What was asked so far.
    var requests: [HTTPIncoming] { asked.withLock { $0 } }

    /// The server as kubeconfigs name it.
    var url: ServerURL { get throws { try #require(ServerURL("http://\(endpoint)")) } }

    private let server: HTTPServer

    private init(_ script: @escaping Script, at place: Endpoint) async throws {
        let holder = Holder()
        server = HTTPServer(grace: .milliseconds(100)) { request, reply in
            let number = holder.note(request)
            guard let answer = script(request, number) else {
                do { try await Task.sleep(for: .seconds(60)) } catch { return }
                return
            }
            let fields = answer.fields.map { HeaderField($0.key, $0.value) }
            reply.send(answer.status, fields, body: answer.body)
        }
        endpoint = try await server.listen(at: place)
        holder.server.withLock { $0 = self }
    }

    /// What a handler needs of a server that is still being made.
    private final class Holder: Sendable {
        let server = Mutex<ScriptedServer?>(nil)

        func note(_ request: HTTPIncoming) -> Int {
            guard let server = server.withLock({ $0 }) else { return 0 }
            return server.asked.withLock { asked in
                asked.append(request)
                return asked.count - 1
            }
        }
    }

    /// Runs a server while `body` asks it, with a client of it.
    static func run(
        at place: Endpoint = .tcp(host: "127.0.0.1", port: 0),
        options: APIClientOptions = APIClientOptions(name: "tester"),
        credential: ClusterAccess.Credential = .anonymous,
        _ script: @escaping Script,
        _ body: (APIClient, ScriptedServer) async throws -> Void
    ) async throws {
        let server = try await ScriptedServer(script, at: place)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await server.server.run() }
            let client = try APIClient(access([server.url], credential), options: options)
            try await body(client, server)
            await client.close()
            group.cancelAll()
        }
    }

    /// How to reach servers.
    static func access(
        _ servers: [ServerURL],
        _ credential: ClusterAccess.Credential = .anonymous
    ) -> ClusterAccess {
        var access = ClusterAccess(
            server: servers[0],
            authorities: nil,
            serverName: nil,
            isVerified: true,
            credential: credential,
            namespace: "default",
            source: "a test"
        )
        access.alternates = Array(servers.dropFirst())
        return access
    }
}

/// Why a request failed.
func trouble(_ body: () async throws(APIError) -> Void) async -> APIError? {
    do throws(APIError) {
        try await body()
        return nil
    } catch {
        return error
    }
}
