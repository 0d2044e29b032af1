// SPDX-License-Identifier: Apache-2.0

import Connections
import Foundation
import Gzip
import HTTP
import JSON
import Resources
import Synchronization
import TestSupport
import Testing

@testable import Kubernetes

/// What a client sends, and what it makes of answers.
@Suite(.timeLimit(.minutes(1))) struct APIClientTests {
    typealias Answer = ScriptedServer.Answer

    private static let key = ObjectKey(namespace: "n", name: "a")

    private static func lease(_ version: Int, _ more: String = "") -> String {
        """
        {"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"a",
         "namespace":"n","uid":"u","resourceVersion":"\(version)"\(more)},
         "spec":{"holderIdentity":"h"}}
        """
    }

    private func get(_ client: APIClient, _ deadline: Duration? = nil) async -> APIError? {
        await trouble { () async throws(APIError) in
            _ = try await client.get(Lease.self, Self.key, deadline: deadline)
        }
    }

    // MARK: - Again

    @Test func `what the server asks for again is asked again`() async throws {
        let script: ScriptedServer.Script = { _, number in
            switch number {
            case 0: .refusal(429, "TooManyRequests", ["retry-after": "0"])
            case 1: .refusal(503, "ServiceUnavailable", ["retry-after": "0"])
            case 2: Answer(502, "<html>", ["content-type": "text/html", "retry-after": "0"])
            default: Answer(200, Self.lease(7))
            }
        }
        try await ScriptedServer.run(script) { client, server in
            let lease = try await client.get(Lease.self, Self.key)
            #expect(lease.metadata.resourceVersion == "7" && server.requests.count == 4)
        }
    }

    @Test func `a write that may have been done is not`() async throws {
        let script: ScriptedServer.Script = { _, number in
            number == 0
                ? .refusal(429, "TooManyRequests", ["retry-after": "0"])
                : .refusal(500, "InternalError", ["retry-after": "0"])
        }
        try await ScriptedServer.run(script) { client, server in
            let error = await trouble { () async throws(APIError) in
                let patch: JSONValue = ["spec": ["holderIdentity": "x"]]
                _ = try await client.patch(Lease.self, Self.key, with: patch)
            }
            #expect(error?.isInternal == true && server.requests.count == 2)
        }
    }

    @Test func `a pause that is longer than the deadline is not begun`() async throws {
        let script: ScriptedServer.Script = { _, _ in
            .refusal(429, "TooManyRequests", ["retry-after": "100"])
        }
        try await ScriptedServer.run(script) { client, server in
            let error = await get(client)
            #expect(error?.isTooManyRequests == true && error?.retryAfter == .seconds(100))
            #expect(server.requests.count == 1)
        }
    }

    @Test func `a request has its own deadline`() async throws {
        try await ScriptedServer.run({ _, _ in nil }) { client, _ in
            let error = await get(client, .milliseconds(200))
            guard case .unanswered(_, .timedOut) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(error?.isTimeout == true)
        }
    }

    @Test func `a client's rate holds requests back, and says when that takes too long`()
        async throws
    {
        var options = APIClientOptions(name: "tester")
        options.rate = RequestRate(perSecond: 0.001, burst: 2)
        let script: ScriptedServer.Script = { _, _ in Answer(200, Self.lease(1)) }
        try await ScriptedServer.run(options: options, script) { client, server in
            for _ in 0..<2 { #expect(await get(client) == nil) }
            guard case .heldBack = await get(client) else {
                Issue.record("it was sent")
                return
            }
            #expect(server.requests.count == 2)
        }
    }

    @Test func `every attempt is told with its code`() async throws {
        let script: ScriptedServer.Script = { _, number in
            number == 0
                ? .refusal(429, "TooManyRequests", ["retry-after": "0"])
                : Answer(200, Self.lease(1))
        }
        let told = Mutex<[String]>([])
        let observer = APIClientObserver(onRequest: { method, code, time in
            told.withLock { $0.append("\(method) \(code ?? 0)") }
            #expect(time > .zero)
        })
        try await ScriptedServer.run(script) { _, server in
            let client = try APIClient(ScriptedServer.access([server.url]), observer: observer)
            #expect(await get(client) == nil)
            await client.close()
            let nobody = try #require(ServerURL("http://127.0.0.1:1"))
            let lost = try APIClient(ScriptedServer.access([nobody]), observer: observer)
            #expect(await get(lost) != nil)
            await lost.close()
        }
        #expect(told.withLock { $0 } == ["GET 429", "GET 200", "GET 0", "GET 0", "GET 0"])
    }

    // MARK: - Who is calling

    @Test func `a token that is not accepted is read again once`() async throws {
        let scratch = try Scratch()
        let path = try scratch.write("good", to: "token")
        let script: ScriptedServer.Script = { request, _ in
            request.first("authorization") == "Bearer good"
                ? Answer(200, Self.lease(1)) : .refusal(401, "Unauthorized")
        }
        let credential = ClusterAccess.Credential.tokenFile(path: path)
        try await ScriptedServer.run(credential: credential, script) { client, server in
            #expect(await get(client) == nil && server.requests.count == 1)
            try scratch.write("secret-of-tomorrow", to: "token")
            #expect(await get(client) == nil, "the old one is good for a minute")
        }
        try await ScriptedServer.run(credential: credential, script) { client, server in
            let error = await get(client)
            let text = "API server http://\(server.endpoint) does not accept the token in \(path)"
            #expect(error?.description == text && error?.isUnauthorized == true)
            #expect(server.requests.count == 2)
            try scratch.write("good", to: "token")
            #expect(await get(client) == nil)
        }
    }

    @Test func `a fixed token is not tried twice`() async throws {
        let token = ClusterAccess.Secret(Array("s3cr3t".utf8))
        let script: ScriptedServer.Script = { _, _ in .refusal(401, "Unauthorized") }
        try await ScriptedServer.run(credential: .token(token), script) { client, server in
            let error = await get(client)
            #expect(error?.isUnauthorized == true && server.requests.count == 1)
            #expect(server.requests.first?.first("authorization") == "Bearer s3cr3t")
            var dumped = ""
            dump(error, to: &dumped)
            #expect(!"\(String(reflecting: error)) \(dumped)".contains("s3cr3t"))
        }
    }

    // MARK: - Answers

    @Test func `a compressed answer is asked for and read`() async throws {
        let packed = try #require(Gzip.deflate(Array(Self.lease(9).utf8)))
        let script: ScriptedServer.Script = { _, _ in
            var answer = Answer(200, "", ["content-encoding": "gzip"])
            answer.body = packed
            return answer
        }
        try await ScriptedServer.run(script) { client, server in
            let lease = try await client.get(Lease.self, Self.key)
            #expect(lease.metadata.resourceVersion == "9")
            #expect(server.requests.first?.first("accept-encoding") == "gzip")
        }
    }

    @Test func `an answer without end is cut off at the limit`() async throws {
        let script: ScriptedServer.Script = { _, _ in
            Answer(200, String(repeating: " ", count: 9 << 20))
        }
        try await ScriptedServer.run(script) { client, _ in
            guard case .unanswered(_, .tooLarge(limit: 8 << 20)) = await get(client) else {
                Issue.record("it was taken")
                return
            }
        }
    }

    // MARK: - Writes

    /// Method, path with query, content type and body of what a write sends.
    private func sent(
        _ write: @Sendable (APIClient) async throws(APIError) -> Void
    ) async throws -> (line: String, type: String?, body: JSONValue) {
        let first = Mutex<HTTPIncoming?>(nil)
        let script: ScriptedServer.Script = { _, _ in Answer(200, Self.lease(1)) }
        try await ScriptedServer.run(script) { client, server in
            try await write(client)
            first.withLock { $0 = server.requests.first }
        }
        let request = try #require(first.withLock { $0 })
        let body = try JSONValue(parsing: request.body)
        return ("\(request.method) \(request.path)", request.first("content-type"), body)
    }

    private static let path = "/apis/coordination.k8s.io/v1/namespaces/n/leases"

    @Test func `writes name their manager`() async throws {
        let lease = try Lease(JSONNode(JSONValue(parsing: Array(Self.lease(3).utf8))))
        let create = try await sent { client async throws(APIError) in
            _ = try await client.create(lease)
        }
        #expect(create.line == "POST \(Self.path)?fieldManager=tester")
        let replace = try await sent { client async throws(APIError) in
            _ = try await client.replace(lease, subresource: "status")
        }
        #expect(replace.line == "PUT \(Self.path)/a/status?fieldManager=tester")
        #expect(replace.body["metadata"]?["resourceVersion"]?.string == "3")
        let patch = try await sent { client async throws(APIError) in
            let patch = JSONPatch([.test(["spec", "x"], 1), .remove(["spec", "x"])])
            _ = try await client.patch(Lease.self, Self.key, with: patch, subresource: "status")
        }
        #expect(patch.line == "PATCH \(Self.path)/a/status?fieldManager=tester")
        #expect(patch.type == "application/json-patch+json" && patch.body.array?.count == 2)
    }

    @Test func `an application says whose it is and whether it takes fields away`() async throws {
        let apply = try await sent { client async throws(APIError) in
            let fields: JSONObject = ["spec": ["holderIdentity": "h"]]
            _ = try await client.apply(Lease.self, Self.key, fields, manager: "m", force: true)
        }
        #expect(apply.line == "PATCH \(Self.path)/a?force=true&fieldManager=m")
        #expect(apply.type == "application/apply-patch+yaml")
        #expect(
            apply.body == [
                "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
                "metadata": ["name": "a", "namespace": "n"], "spec": ["holderIdentity": "h"],
            ]
        )
    }

    @Test func `a change is made again on what is there now`() async throws {
        let owned = #","ownerReferences":[{"name":"o"}]"#
        let script: ScriptedServer.Script = { request, number in
            if request.method == "GET" { return Answer(200, Self.lease(number, owned)) }
            return number < 5 ? .refusal(409, "Conflict") : Answer(200, Self.lease(99))
        }
        try await ScriptedServer.run(script) { client, server in
            let lease = try await client.update(Lease.self, Self.key) { lease in
                lease.metadata.labels["x"] = "y"
            }
            #expect(lease.metadata.resourceVersion == "99" && server.requests.count == 6)
            let put = try JSONValue(parsing: try #require(server.requests.last).body)
            #expect(put["metadata"]?["resourceVersion"] == "4", "the latest version")
            #expect(put["metadata"]?["ownerReferences"] == [["name": "o"]], "unknown, and kept")
            #expect(put["metadata"]?["labels"] == ["x": "y"])
        }
    }

    @Test func `a change that never meets a quiet moment is given up`() async throws {
        let script: ScriptedServer.Script = { request, _ in
            request.method == "GET" ? Answer(200, Self.lease(1)) : .refusal(409, "Conflict")
        }
        try await ScriptedServer.run(script) { client, server in
            let error = await trouble { () async throws(APIError) in
                _ = try await client.update(Lease.self, Self.key) { $0.metadata.labels["x"] = "y" }
            }
            #expect(error?.isConflict == true && server.requests.count == 10)
        }
        try await ScriptedServer.run(script) { client, server in
            _ = try await client.update(Lease.self, Self.key) { _ in }
            #expect(server.requests.map(\.method) == ["GET"], "nothing changed, nothing written")
        }
    }

    @Test func `a finalizer comes and goes beside those of others`() async throws {
        let script: ScriptedServer.Script = { request, number in
            guard request.method == "GET" else {
                return number == 1 ? .refusal(409, "Conflict") : Answer(200, Self.lease(9))
            }
            return Answer(200, Self.lease(number, #","finalizers":["b.org/b"]"#))
        }
        try await ScriptedServer.run(script) { client, server in
            _ = try await client.addFinalizer("a.org/a", to: Lease.self, Self.key)
            let body = try JSONValue(parsing: try #require(server.requests.last).body)
            #expect(
                body == [
                    "metadata": [
                        "uid": "u", "resourceVersion": "2", "finalizers": ["b.org/b", "a.org/a"],
                    ]
                ]
            )
            _ = try await client.removeFinalizer("b.org/b", from: Lease.self, Self.key)
            let last = try JSONValue(parsing: try #require(server.requests.last).body)
            #expect(last["metadata"]?["finalizers"] == [])
            let count = server.requests.count
            _ = try await client.removeFinalizer("c.org/c", from: Lease.self, Self.key)
            #expect(server.requests.count == count + 1, "it is not there: only looked")
        }
    }
}
