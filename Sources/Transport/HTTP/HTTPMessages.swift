// SPDX-License-Identifier: Apache-2.0

public import HPACK

/// A request with its whole body.
public struct HTTPRequest: Hashable, Sendable {
    /// `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
    public var method: String
    /// Absolute path and query, percent-encoded.
    public var path: String
    /// Fields beyond the pseudo-headers, names in lower case.
    public var headers: [HeaderField]
    /// The body, empty for none.
    public var body: [UInt8]

    /// A request.
    public init(
        _ method: String,
        _ path: String,
        headers: [HeaderField] = [],
        body: [UInt8] = []
    ) {
        self.method = method
        self.path = path
        self.headers = headers
        self.body = body
    }
}

/// What stands before a response's body.
public struct HTTPHead: Hashable, Sendable {
    /// The status code, 200 to 999.
    public let status: Int
    /// The fields, names in lower case.
    public let headers: [HeaderField]

    init?(_ fields: [HeaderField]) {
        let text = fields.first { $0.name == ":status" }?.value
        guard let status = text.flatMap({ Int($0) }) else { return nil }
        self.status = status
        headers = fields.filter { $0.name != ":status" }
    }

    /// The value of the first field `name`.
    public func first(_ name: String) -> String? {
        headers.first { $0.name == name }?.value
    }
}

/// A response with its whole body.
public struct HTTPResponse: Hashable, Sendable {
    /// Status and fields.
    public let head: HTTPHead
    /// The body.
    public let body: [UInt8]

    /// A response.
    public init(head: HTTPHead, body: [UInt8]) {
        self.head = head
        self.body = body
    }
}
