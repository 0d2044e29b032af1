// SPDX-License-Identifier: Apache-2.0

import HPACK
import HTTP
import JSON
import Kernel
import Synchronization

/// Answers requests: who asks, may they, what do they want, here it is.
final class APIHandler: Sendable {
    let cluster: Cluster
    let tokens: Mutex<Tokens>
    private let faults = Mutex(Faults())
    private let log = Mutex(RequestLog())

    /// Told of each token before its owner is.
    let keepToken: (@Sendable (Tokens.Issued) -> Void)?

    init(
        _ cluster: Cluster,
        _ tokens: Tokens,
        keepToken: (@Sendable (Tokens.Issued) -> Void)? = nil
    ) {
        self.cluster = cluster
        self.tokens = Mutex(tokens)
        self.keepToken = keepToken
    }

    /// One request from beginning to end.
    func handle(_ request: HTTPIncoming, _ reply: HTTPReply) async {
        let began = Clocks.monotonicNanoseconds
        var name = "-"
        let code: Int
        do throws(Refusal) {
            let user = try authenticate(request)
            name = user.name
            code = try await serve(request, user, reply)
        } catch {
            send(error, reply)
            code = error.code
        }
        let passed = Double(Clocks.monotonicNanoseconds - began) / 1_000_000
        log.withLock {
            $0.note(request.method, request.path, user: name, code: code, milliseconds: passed)
        }
    }

    private func authenticate(_ request: HTTPIncoming) throws(Refusal) -> User {
        guard let field = request.first("authorization") else {
            return User(name: "system:anonymous", groups: ["system:unauthenticated"])
        }
        let token = field.hasPrefix("Bearer ") ? String(field.dropFirst(7)) : ""
        let user = cluster.read { registry in
            tokens.withLock { $0.user(of: token, in: registry) }
        }
        guard let user else { throw .unauthorized }
        return user
    }

    private func serve(
        _ request: HTTPIncoming,
        _ user: User,
        _ reply: HTTPReply
    ) async throws(Refusal) -> Int {
        guard let url = RequestURL(request.path) else { throw .badRequest("bad request target") }
        if request.isTooLarge {
            throw Refusal(413, "RequestEntityTooLarge", "limit is 3145728")
        }
        if let place = RequestPath(url.parts) {
            if let target = cluster.read({ RequestTarget(place, in: $0) }) {
                return try await serve(request, user, reply, ResourceRequest(request, url, target))
            }
            // Who may not ask is not told that there is nothing.
            let action = place.action(ResourceRequest.verb(request, url, place) ?? "get")
            guard cluster.read({ $0.allows(user, action) }) else {
                throw Registry.refusal(user, action)
            }
        }
        if url.parts.first == "apis", url.parts.count == 4 {
            if let review = try review(request, user, url.parts) {
                return send(201, review, reply)
            }
        }
        return try page(request, user, reply, url)
    }

    private func serve(
        _ request: HTTPIncoming,
        _ user: User,
        _ reply: HTTPReply,
        _ wanted: ResourceRequest
    ) async throws(Refusal) -> Int {
        let action = wanted.target.place.action(wanted.verb)
        guard cluster.read({ $0.allows(user, action) }) else {
            throw Registry.refusal(user, action)
        }
        try await goWrong(action)
        guard wanted.target.isServed else { throw .noSuchPage }
        switch wanted.verb {
        case "get", "list":
            return send(200, try read(wanted), reply)
        case "watch":
            try await watch(wanted, reply)
            return 200
        default:
            let (code, document, warnings) = try write(wanted)
            return send(code, document, reply, warnings: warnings)
        }
    }

    /// What was asked to go wrong.
    private func goWrong(_ action: Action) async throws(Refusal) {
        let (latency, refusal) = faults.withLock { faults in
            (faults.latency, faults.hit(action))
        }
        if latency > .zero {
            do {
                try await Task.sleep(for: latency)
            } catch {
                throw Refusal(504, "Timeout", "the client has gone")
            }
        }
        if let refusal { throw refusal }
    }

    // MARK: - Pages that are no resources

    private func page(
        _ request: HTTPIncoming,
        _ user: User,
        _ reply: HTTPReply,
        _ url: RequestURL
    ) throws(Refusal) -> Int {
        var action = Action(verb: request.method.lowercased())
        action.path = url.path
        guard cluster.read({ $0.allows(user, action) }) else {
            throw Registry.refusal(user, action)
        }
        if url.parts.first == "sandbox" { return try knobs(request, reply, url) }
        guard request.method == "GET" else { throw .wrongMethod }
        if ["healthz", "livez", "readyz"].contains(url.parts.first ?? "") {
            let check = url.parts.first ?? ""
            let text = url.has("verbose") ? "[+]ping ok\n\(check) check passed\n" : "ok"
            reply.send(200, [HeaderField("content-type", "text/plain")], body: Array(text.utf8))
            return 200
        }
        if url.parts == ["openapi", "v2"] {
            let type = HeaderField("content-type", OpenAPI.secondType)
            reply.send(200, [type], body: OpenAPI.emptySecond)
            return 200
        }
        guard let document = cluster.read({ Self.document(url.parts, $0) }) else {
            throw .noSuchPage
        }
        return send(200, document, reply)
    }

    private static func document(_ parts: [String], _ registry: borrowing Registry) -> JSONValue? {
        if parts.starts(with: ["openapi", "v3"]) {
            let schemas = registry.rawSchemas
            return OpenAPI(kinds: registry.kinds, schemas: schemas)
                .document(Array(parts.dropFirst(2)))
        }
        if parts.isEmpty {
            return ["paths": ["/api", "/apis", "/healthz", "/openapi/v3", "/version"]]
        }
        return Discovery(kinds: registry.kinds).document(parts)
    }

    /// What only a sandbox has: faults, and what was asked of it.
    private func knobs(
        _ request: HTTPIncoming,
        _ reply: HTTPReply,
        _ url: RequestURL
    ) throws(Refusal) -> Int {
        switch (request.method, url.parts) {
        case ("GET", ["sandbox", "requests"]):
            let text = log.withLock { $0.text }
            reply.send(200, [HeaderField("content-type", "application/jsonl")], body: text)
            return 200
        case ("POST", ["sandbox", "faults"]):
            let document = try Body(request).document(["application/json"])
            let result = faults.withLock { faults -> Result<Faults.Orders, Refusal> in
                do throws(Refusal) {
                    return .success(try faults.set(document))
                } catch {
                    return .failure(error)
                }
            }
            let orders = try result.get()
            if orders.compacts { try cluster.write { $0.storage.compact() } }
            if orders.cutsWatches { cluster.cutWatches() }
            return send(200, ["kind": "Status", "apiVersion": "v1", "status": "Success"], reply)
        default: throw .noSuchPage
        }
    }

    // MARK: - Answers

    @discardableResult
    func send(
        _ code: Int,
        _ document: JSONValue,
        _ reply: HTTPReply,
        warnings: [String] = []
    ) -> Int {
        let fields = warnings.map { warning in
            let words = warning.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            return HeaderField("warning", "299 - \"\(words)\"")
        }
        let body = document.encoded() + [UInt8(ascii: "\n")]
        reply.send(code, Self.headers + fields, body: body)
        return code
    }

    private func send(_ refusal: Refusal, _ reply: HTTPReply) {
        var fields = Self.headers
        if let seconds = refusal.retryAfterSeconds {
            fields.append(HeaderField("retry-after", "\(seconds)"))
        }
        reply.send(refusal.code, fields, body: refusal.status.encoded() + [UInt8(ascii: "\n")])
    }

    static let headers = [
        HeaderField("content-type", "application/json"),
        HeaderField("cache-control", "no-cache, private"),
    ]
}

extension Registry {
    /// The schemas of custom resources as their definitions have them.
    var rawSchemas: [String: JSONValue] {
        var schemas: [String: JSONValue] = [:]
        for (_, definition) in storage.objects(of: .definitions) {
            let group = definition["spec"]?["group"]?.string ?? ""
            let kind = definition["spec"]?["names"]?["kind"]?.string ?? ""
            for version in definition["spec"]?["versions"]?.array ?? [] {
                let name = "\(group)/\(version["name"]?.string ?? "")/\(kind)"
                schemas[name] = version["schema"]?["openAPIV3Schema"]
            }
        }
        return schemas
    }
}
