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
    }

    let method: String
    let type: ResourceType
    let path: String
    var query: [(String, String)] = []
    var body: JSONValue?
    var contentType = ContentType.json

    /// What is asked for, for an error message: `GET netdevs`.
    var summary: String { "\(method) \(type.plural)" }

    static func list(_ type: ResourceType, in scope: ListScope) -> APIRequest {
        let path = type.path(namespace: scope.namespace)
        return APIRequest(method: "GET", type: type, path: path, query: scope.query)
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

    /// The request on the wire; the token is a field that no table may hold.
    func http(prefix: String, userAgent: String, token: String?) -> HTTPRequest {
        var headers = [
            HeaderField("accept", "application/json"), HeaderField("user-agent", userAgent),
        ]
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
