// SPDX-License-Identifier: Apache-2.0

import HPACK
import HTTP
import JSON
import Resources

/// One request to an API server, as a value.
struct APIRequest: Sendable {
    /// How a body is to be understood.
    enum ContentType: String, Sendable {
        case json = "application/json"
        case mergePatch = "application/merge-patch+json"
        case jsonPatch = "application/json-patch+json"
        /// JSON is YAML too.
        case applyPatch = "application/apply-patch+yaml"
    }

    let method: String
    let type: ResourceType
    let path: String
    var query: [(String, String)] = []
    var body: JSONValue?
    var contentType = ContentType.json
    var accept = "application/json"

    /// The longest answer that is taken, compressed or not.
    ///
    /// etcd takes no object over about 3 MiB, and whoever sends twice that is no API server.
    var limit = 8 << 20

    /// What is asked for, for an error message: `GET netdevs`.
    var summary: String { "\(method) \(type.plural)" }

    /// Whether asking again changes nothing, whatever became of the first time.
    var isRead: Bool { method == "GET" }

    static func list(_ type: ResourceType, in scope: ListScope) -> APIRequest {
        let path = type.path(namespace: scope.namespace)
        var request = APIRequest(method: "GET", type: type, path: path, query: scope.query)
        request.limit = APIAnswer.limits.bytes
        return request
    }

    static func object(
        _ method: String,
        _ type: ResourceType,
        _ key: ObjectKey,
        subresource: String? = nil,
        body: JSONValue? = nil,
        contentType: ContentType = .json
    ) -> APIRequest {
        let namespace = key.namespace.isEmpty ? nil : key.namespace
        return APIRequest(
            method: method,
            type: type,
            path: type.path(namespace: namespace, name: key.name, subresource: subresource),
            body: body,
            contentType: contentType
        )
    }

    /// Whether the answer goes on as long as things happen.
    var isWatch: Bool { query.contains { $0.0 == "watch" } }

    /// The request as a write of `manager`, under which the server notes whose fields they are.
    func managed(by manager: String) -> APIRequest {
        var request = self
        request.query.append(("fieldManager", manager))
        return request
    }

    /// The request on the wire; the token is a field that no table may hold.
    ///
    /// A watch is not asked for compressed: its events would wait for more to come.
    func http(
        prefix: String,
        userAgent: String,
        token: String?,
        compressed: Bool = false
    ) -> HTTPRequest {
        var headers = [
            HeaderField("accept", accept), HeaderField("user-agent", userAgent),
        ]
        if compressed { headers.append(HeaderField("accept-encoding", "gzip")) }
        if let token {
            headers.append(HeaderField("authorization", "Bearer \(token)", sensitive: true))
        }
        if body != nil { headers.append(HeaderField("content-type", contentType.rawValue)) }
        return HTTPRequest(
            method,
            prefix + path + QueryString.encode(query),
            headers: headers,
            body: body?.encoded() ?? []
        )
    }
}
