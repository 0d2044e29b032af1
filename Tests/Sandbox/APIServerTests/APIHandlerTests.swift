// SPDX-License-Identifier: Apache-2.0

import Connections
import HPACK
import HTTP
import JSON
import Testing

@testable import APIServer

/// Requests that only go wrong on the way from the wire to the registry.
@Suite(.timeLimit(.minutes(1))) struct APIHandlerTests {
    private struct Site {
        let client: HTTPClient

        func ask(
            _ method: String,
            _ path: String,
            _ document: JSONValue? = nil
        ) async throws -> (code: Int, document: JSONValue) {
            let fields = [
                HeaderField("authorization", "Bearer t"),
                HeaderField("content-type", "application/json"),
            ]
            let response = try await client.send(
                HTTPRequest(method, path, headers: fields, body: document?.encoded() ?? []),
                deadline: .seconds(20),
                limit: 8 << 20
            )
            let body = try? JSONValue(parsing: response.body)
            return (response.head.status, body ?? .null)
        }
    }

    private func withSite(_ body: (Site, Cluster) async throws -> Void) async throws {
        var tokens = Tokens()
        tokens.add("t", User(name: "admin", groups: [User.masters]))
        let cluster = Cluster(try Lab().registry)
        let handler = APIHandler(cluster, tokens)
        let server = HTTPServer { await handler.handle($0, $1) }
        let endpoint = try await server.listen(at: .tcp(host: "127.0.0.1", port: 0))
        let client = HTTPClient(
            endpoint,
            authority: "\(endpoint)",
            options: DialOptions(),
            isSecure: false
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await server.run() }
            try await body(Site(client: client), cluster)
            await client.close()
            group.cancelAll()
        }
    }

    private let maps = "/api/v1/namespaces/default/configmaps"

    private func map(_ metadata: JSONValue) -> JSONValue {
        ["apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata]
    }

    @Test func `a watch may be asked for ever`() async throws {
        try await withSite { site, cluster in
            let path = "\(maps)?watch=1&timeoutSeconds=\(Int.max)"
            let fields = [HeaderField("authorization", "Bearer t")]
            let request = HTTPRequest("GET", path, headers: fields)
            let body = try await site.client.stream(request, deadline: .seconds(10))
            #expect(body.head.status == 200)
            let made = try await site.ask("POST", maps, map(["name": "m"]))
            #expect(made.code == 201)
            let line = try await body.next()
            #expect(line.map { String(decoding: $0, as: UTF8.self) }?.contains("ADDED") == true)
        }
    }

    @Test(arguments: [
        (599, 422), (600, 201), (4_294_967_296, 201), (4_294_967_297, 422), (Int.max, 422),
        (-1, 422), (Int.min, 422),
    ])
    func `a token lives for ten minutes at least, and not for ever`(
        seconds: Int,
        code: Int
    )
        async throws
    {
        try await withSite { site, _ in
            let accounts = "/api/v1/namespaces/default/serviceaccounts"
            let account: JSONValue = [
                "apiVersion": "v1", "kind": "ServiceAccount", "metadata": ["name": "robot"],
            ]
            _ = try await site.ask("POST", accounts, account)
            let wish: JSONValue = [
                "apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest",
                "spec": ["expirationSeconds": .number(JSONNumber(seconds))],
            ]
            let answer = try await site.ask("POST", "\(accounts)/robot/token", wish)
            #expect(answer.code == code)
            let token = answer.document["status"]?["token"]?.string
            #expect((token != nil) == (code == 201))
        }
    }

    @Test func `a collection goes with what its objects own`() async throws {
        try await withSite { site, cluster in
            let owner = try await site.ask("POST", maps, map(["name": "a"])).document
            let owned = map(["name": "b", "ownerReferences": [Lab.reference(to: owner)]])
            let created = try await site.ask("POST", maps, owned)
            #expect(created.code == 201)
            let answer = try await site.ask("DELETE", maps)
            #expect(answer.code == 200)
            #expect(answer.document["items"]?.array?.count == 2)
            let left = try await site.ask("GET", maps)
            #expect(left.document["items"] == [])
        }
    }

    @Test func `HEAD has no body`() async throws {
        try await withSite { site, _ in
            let request = HTTPRequest(
                "HEAD",
                maps,
                headers: [HeaderField("authorization", "Bearer t")]
            )
            let answer = try await site.client.send(request, deadline: .seconds(5), limit: 1 << 20)
            #expect(answer.head.status == 200 && answer.body.isEmpty)
        }
    }

    @Test(arguments: [
        ("GET", "/%zz", 400), ("TRACE", "/api/v1/pods", 405),
        ("GET", "/api/v1/pods?limit=-1", 400), ("GET", "/api/v1/pods?continue=x", 400),
        ("GET", "/api/v1/pods?resourceVersion=x", 400),
        ("GET", "/api/v1/pods?resourceVersion=18446744073709551615", 504),
        (
            "GET", "/api/v1/pods?resourceVersion=18446744073709551615&resourceVersionMatch=Exact",
            504
        ),
        ("GET", "/api/v1/pods?resourceVersion=18446744073709551616", 400),
        ("GET", "/api/v1/pods?resourceVersionMatch=Exact", 422),
        ("GET", "/api/v1/pods?watch=1&timeoutSeconds=9223372036854775808", 400),
        ("GET", "/api/v1/pods?fieldSelector=x", 400),
        ("GET", "/api/v1/pods?labelSelector=%3D", 400),
        ("GET", "/openapi/v3/nonsense", 404), ("GET", "/openapi/v3/a/b/c/d", 404),
        ("GET", "/apis/nonsense", 404), ("DELETE", "/version", 405), ("GET", "/sandbox", 404),
        ("PUT", "/api/v1/namespaces/default/pods", 405), ("GET", "/api/v1/pods/p", 404),
        ("POST", "/api/v1/namespaces/default/pods", 400), ("GET", "/api/v1/../../etc/passwd", 404),
    ])
    func `what makes no sense is told so`(method: String, path: String, code: Int) async throws {
        try await withSite { site, _ in
            let answer = try await site.ask(method, path)
            #expect(answer.code == code)
        }
    }
}
