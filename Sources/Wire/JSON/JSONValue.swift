// SPDX-License-Identifier: Apache-2.0

/// A whole document as a tree, for the parts whose shape is not known in advance.
///
/// Lossless: members keep their order, numbers their text. Equality ignores the order of members
/// and, being that of `String`, the Unicode normalization of text and keys.
public enum JSONValue: Hashable, Sendable {
    /// `null`.
    case null

    /// `true` or `false`.
    case bool(Bool)

    /// A number as it is written.
    case number(JSONNumber)

    /// Text.
    case string(String)

    /// Elements in order.
    case array([JSONValue])

    /// Members in order.
    case object(JSONObject)

    /// The tree of the document `bytes`.
    ///
    /// - Throws: ``JSONError`` if that is not exactly one valid document within the limits.
    public init(parsing bytes: Span<UInt8>, limits: JSONLimits = .standard) throws(JSONError) {
        var reader = JSONReader(bytes, limits: limits)
        let value = try reader.value()
        try reader.end()
        self = value
    }

    /// The tree of the document `bytes`.
    ///
    /// - Throws: ``JSONError`` if that is not exactly one valid document within the limits.
    public init(parsing bytes: [UInt8], limits: JSONLimits = .standard) throws(JSONError) {
        try self.init(parsing: bytes.span, limits: limits)
    }

    /// The shortest document of this tree.
    public func encoded() -> [UInt8] {
        var writer = JSONWriter()
        writer.value(self)
        return writer.take()
    }

    /// The kind of value.
    public var kind: JSONKind {
        switch self {
        case .null: .null
        case .bool: .bool
        case .number: .number
        case .string: .string
        case .array: .array
        case .object: .object
        }
    }
}

extension JSONReader {
    /// Consumes any value as a tree.
    ///
    /// - Throws: ``JSONError`` if it is malformed or nested too deep.
    public mutating func value() throws(JSONError) -> JSONValue {
        switch try peek() {
        case .null:
            try literal("null")
            return .null
        case .bool: return .bool(try bool())
        case .number: return .number(try number())
        case .string: return .string(try string())
        case .array:
            var elements: [JSONValue] = []
            try beginArray()
            while try nextElement() { elements.append(try value()) }
            return .array(elements)
        case .object:
            var members: [JSONObject.Member] = []
            try beginObject()
            while let key = try nextKey() {
                members.append(JSONObject.Member(key: key, value: try value()))
            }
            return .object(JSONObject(members))
        }
    }
}
