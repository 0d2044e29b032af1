// SPDX-License-Identifier: Apache-2.0

import Connections
import Foundation
import HTTP
import JSON
import Resources
import TLS
import TestSupport
import Testing

@testable import Kubernetes

/// Where the server is, what it has, and who answers in its place.
@Suite(.timeLimit(.minutes(2))) struct ServerPlacesTests {
    typealias Answer = ScriptedServer.Answer

    private static func type(_ version: String) -> ResourceType {
        ResourceType(
            group: "discovery.k8s.io",
            version: version,
            plural: "endpointslices",
            kind: "EndpointSlice",
            isNamespaced: true
        )
    }

    private static let list = """
        {"kind":"APIResourceList","resources":[{"name":"endpointslices","kind":"EndpointSlice"}]}
        """

    // MARK: - Several places

    @Test func `requests go to the next server when one cannot be reached`() async throws {
        let script: ScriptedServer.Script = { _, _ in Answer(200, Self.list) }
        try await ScriptedServer.run(script) { _, server in
            let nobody = try #require(ServerURL("http://127.0.0.1:1"))
            let client = try APIClient(ScriptedServer.access([nobody, server.url, nobody]))
            let found = try await client.served([Self.type("v1")])
            #expect(found.version == "v1")
            #expect(server.requests.count == 1)
            await client.close()
            let lost = try APIClient(ScriptedServer.access([nobody, nobody]))
            let error = await trouble { () async throws(APIError) in
                _ = try await lost.served([Self.type("v1")])
            }
            guard case .unanswered(_, .connection(let failure)) = error,
                case .refused = failure.reason
            else {
                Issue.record("\(String(describing: error))")
                return
            }
            await lost.close()
        }
    }

    @Test func `a server that goes is replaced by the next, and writes follow`() async throws {
        let lease = #"{"kind":"Lease","metadata":{"name":"a","namespace":"n"},"spec":{}}"#
        let script: ScriptedServer.Script = { _, _ in Answer(200, lease) }
        let key = ObjectKey(namespace: "n", name: "a")
        try await ScriptedServer.run(script) { _, second in
            var client: APIClient?
            try await ScriptedServer.run(script) { _, first in
                let both = try ScriptedServer.access([first.url, second.url])
                let made = try APIClient(both)
                _ = try await made.patch(Lease.self, key, with: ["spec": ["x": 1]])
                #expect(first.requests.count == 1 && second.requests.isEmpty)
                client = made
            }
            let client2 = try #require(client)
            // The first is gone by now; a write that was not sent may go elsewhere.
            for _ in 0..<3 {
                let error = await trouble { () async throws(APIError) in
                    _ = try await client2.patch(Lease.self, key, with: ["spec": ["x": 1]])
                }
                // One that was already on the dying connection is told instead.
                if error == nil { break }
            }
            #expect(!second.requests.isEmpty)
            await client2.close()
        }
    }

    // MARK: - What it has

    @Test func `the best version that is there is taken, and remembered`() async throws {
        let script: ScriptedServer.Script = { request, _ in
            request.path == "/apis/discovery.k8s.io/v1beta1"
                ? Answer(200, Self.list)
                : Answer(404, "404 page not found", ["content-type": "text/plain"])
        }
        try await ScriptedServer.run(script) { client, server in
            let types = [Self.type("v1"), Self.type("v1beta1")]
            for _ in 0..<2 {
                let found = try await client.served(types)
                #expect(found.version == "v1beta1")
            }
            let paths = server.requests.map(\.path)
            #expect(
                paths == [
                    "/apis/discovery.k8s.io/v1", "/apis/discovery.k8s.io/v1beta1",
                    "/apis/discovery.k8s.io/v1",
                ]
            )
            let error = await trouble { () async throws(APIError) in
                _ = try await client.served([Self.type("v1"), Self.type("v2")])
            }
            let text = "the API server has no endpointslices of discovery.k8s.io/v1 or "
            #expect(error?.description == text + "discovery.k8s.io/v2")
        }
    }

    // MARK: - HTTP/1.1

    /// Python's http.server, and OpenSSL's.
    @Test(arguments: ["tls", "tls-that-lies", "plain", "s_server"])
    func `a server of HTTP/1.1 is told as one`(kind: String) async throws {
        let scratch = try Scratch()
        let peer = try await PeerProcess(
            script: "http1_server.py",
            arguments: [scratch.path, kind]
        )
        let port = try #require(peer.greeting.last)
        let scheme = kind == "plain" ? "http" : "https"
        let url = try #require(ServerURL("\(scheme)://127.0.0.1:\(port)"))
        var access = ScriptedServer.access([url])
        access.authorities = kind == "plain" ? nil : .file(path: scratch["ca.crt"])
        let client = try APIClient(access)
        let error = await trouble { () async throws(APIError) in
            let key = ObjectKey(namespace: "n", name: "a")
            _ = try await client.get(Lease.self, key)
        }
        #expect(error?.isWithoutHTTP2 == true, "\(String(describing: error))")
        #expect(error?.description.contains("knows only HTTP/1.1 cannot be used") == true)
        await client.close()
    }
}
