// SPDX-License-Identifier: Apache-2.0

import Connections
import HTTP
public import JSON
import Kernel
public import Resources

/// A client of one API server; all requests share one connection.
public final class APIClient: Sendable {
    /// Where the server is, for people.
    public let server: ServerURL

    private let http: HTTPClient
    private let tokens: TokenSource
    private let userAgent: String

    /// A request that is not answered by then has failed.
    private static let patience = Duration.seconds(15)

    /// A client that connects with the first request.
    ///
    /// - Throws: ``AccessError`` when certificates or keys cannot be used.
    public init(_ access: ClusterAccess, userAgent: String = "opi-xpu") throws(AccessError) {
        server = access.server
        tokens = TokenSource(access.credential)
        self.userAgent = userAgent
        http = HTTPClient(
            access.server.endpoint,
            authority: access.server.endpoint.description,
            options: try access.dialOptions(),
            isSecure: access.server.isSecure
        )
    }

    /// Ends all requests and the connection.
    public func close() async {
        await http.close()
    }

    // MARK: - Objects

    /// The object as it is now.
    ///
    /// - Throws: ``APIError``.
    public func get<R: Resource>(_ type: R.Type, _ key: ObjectKey) async throws(APIError) -> R {
        try await object(.object("GET", R.type, key))
    }

    /// Makes an object.
    ///
    /// - Returns: the object as the server has it.
    /// - Throws: ``APIError``; see ``APIError/isAlreadyExists``.
    public func create<R: Resource>(_ object: R) async throws(APIError) -> R {
        let namespace = object.metadata.namespace
        let path = R.type.path(namespace: namespace.isEmpty ? nil : namespace)
        return try await self.object(
            APIRequest(method: "POST", type: R.type, path: path, body: object.json)
        )
    }

    /// Replaces an object; with its resource version, only if it has not changed since.
    ///
    /// - Returns: the object as the server has it.
    /// - Throws: ``APIError``; see ``APIError/isConflict``.
    public func replace<R: Resource>(_ object: R) async throws(APIError) -> R {
        try await self.object(.object("PUT", R.type, object.key, body: object.json))
    }

    /// Changes what `patch` names and leaves everything else (RFC 7396).
    ///
    /// A resource version in `patch` makes the change conditional.
    ///
    /// - Returns: the object as the server has it.
    /// - Throws: ``APIError``.
    public func patch<R: Resource>(
        _ type: R.Type,
        _ key: ObjectKey,
        with patch: JSONValue,
        subresource: String? = nil
    ) async throws(APIError) -> R {
        try await object(
            .object(
                "PATCH",
                R.type,
                key,
                subresource: subresource,
                body: patch,
                contentType: .mergePatch
            )
        )
    }

    /// Asks for an object's end; one that has finalizers goes later.
    ///
    /// - Throws: ``APIError``; see ``APIError/isNotFound`` and ``APIError/isConflict``.
    public func delete(
        _ type: ResourceType,
        _ key: ObjectKey,
        if conditions: Preconditions = Preconditions()
    ) async throws(APIError) {
        var members = JSONValue.object([:])
        if let uid = conditions.uid { members["uid"] = .string(uid) }
        if let version = conditions.resourceVersion {
            members["resourceVersion"] = .string(version)
        }
        let options: JSONValue = [
            "apiVersion": "v1", "kind": "DeleteOptions", "preconditions": members,
        ]
        _ = try await document(.object("DELETE", type, key, body: options))
    }

    /// All objects of a scope and the version at which that was so; those that cannot be read are
    /// named instead.
    ///
    /// - Throws: ``APIError``; see ``APIError/isGone``.
    public func list<R: Resource>(
        _ type: R.Type,
        in scope: ListScope,
        pageSize: Int? = 500
    ) async throws(APIError) -> Listing<R> {
        var listing = Listing<R>()
        var next = ""
        repeat {
            var request = APIRequest.list(R.type, in: scope)
            if let pageSize { request.query.append(("limit", String(pageSize))) }
            if !next.isEmpty { request.query.append(("continue", next)) }
            let page = try await document(request)
            next = page["metadata"]?["continue"]?.string ?? ""
            listing.add(page)
        } while !next.isEmpty
        return listing
    }

    // MARK: - Requests

    private func object<R: Resource>(_ request: APIRequest) async throws(APIError) -> R {
        try APIAnswer.object(try await document(request), of: request)
    }

    private func document(_ request: APIRequest) async throws(APIError) -> JSONValue {
        var response = try await send(request)
        if response.head.status == 401, tokens.distrust() { response = try await send(request) }
        if response.head.status == 401 { throw unauthorized }
        return try APIAnswer.document(response, of: request)
    }

    private func send(_ request: APIRequest) async throws(APIError) -> HTTPResponse {
        let request = try prepared(request)
        do throws(HTTPFailure) {
            let limit = APIAnswer.limits.bytes
            return try await http.send(request, deadline: Self.patience, limit: limit)
        } catch {
            throw .unanswered(server: "\(server)", error)
        }
    }

    /// Starts a watch; its head has come.
    func open(_ request: APIRequest) async throws(APIError) -> HTTPBody {
        var body = try await stream(request)
        if body.head.status == 401, tokens.distrust() { body = try await stream(request) }
        if body.head.status == 401 { throw unauthorized }
        return body
    }

    private func stream(_ request: APIRequest) async throws(APIError) -> HTTPBody {
        let request = try prepared(request)
        do throws(HTTPFailure) {
            return try await http.stream(request, deadline: Self.patience)
        } catch {
            throw .unanswered(server: "\(server)", error)
        }
    }

    private func prepared(_ request: APIRequest) throws(APIError) -> HTTPRequest {
        do throws(KernelError) {
            let token = try tokens.token()
            return request.http(prefix: server.prefix, userAgent: userAgent, token: token)
        } catch {
            throw .noToken(error)
        }
    }

    private var unauthorized: APIError {
        .unauthorized(server: "\(server)", credential: tokens.origin)
    }
}

/// What a list request brought.
public struct Listing<R: Resource>: Sendable {
    /// The objects.
    public private(set) var objects: [R] = []
    /// A sentence for each object that cannot be read.
    public private(set) var unreadable: [String] = []
    /// The keys of those objects.
    public private(set) var unread: Set<ObjectKey> = []
    /// The version of the collection, from which a watch goes on.
    public private(set) var version = ""

    /// The items of a list have neither kind nor version of their own.
    mutating func add(_ page: JSONValue) {
        version = page["metadata"]?["resourceVersion"]?.string ?? version
        for (index, item) in (page["items"]?.array ?? []).enumerated() {
            do throws(JSONShapeError) {
                objects.append(try R(JSONNode(item, path: "\(R.type.plural)[\(index)]")))
            } catch {
                unreadable.append("\(error)")
                if let key = ObjectKey(of: item) { unread.insert(key) }
            }
        }
    }
}
