// SPDX-License-Identifier: Apache-2.0

public import Connections
public import HPACK

/// A request as it came in.
public struct HTTPIncoming: Sendable {
    /// `GET`, `POST` and so on, as the client wrote it.
    public let method: String
    /// Absolute path and query, percent-encoded.
    public let path: String
    /// Fields beyond the pseudo-headers, names in lower case.
    public let headers: [HeaderField]
    /// The body, empty when it was longer than the server's limit.
    public let body: [UInt8]
    /// Whether the body was longer than the server's limit.
    public let isTooLarge: Bool
    /// Who sent it.
    public let caller: Caller

    /// A request of which the headers are there; nil when it is none.
    init?(_ fields: [HeaderField], body: [UInt8], isTooLarge: Bool, caller: Caller) {
        guard let method = fields.first(where: { $0.name == ":method" })?.value,
            let path = fields.first(where: { $0.name == ":path" })?.value
        else { return nil }
        self.method = method
        self.path = path
        headers = fields.filter { !$0.name.hasPrefix(":") }
        self.body = body
        self.isTooLarge = isTooLarge
        self.caller = caller
    }

    /// The value of the first field `name`.
    public func first(_ name: String) -> String? {
        headers.first { $0.name == name }?.value
    }
}
