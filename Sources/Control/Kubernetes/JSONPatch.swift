// SPDX-License-Identifier: Apache-2.0

public import JSON

/// Operations on a document, done one after the other, all or none.
///
/// Source: RFC 6902.
public struct JSONPatch: Hashable, Sendable {
    /// One step.
    public enum Operation: Hashable, Sendable {
        /// Puts a value at a place: a member is replaced, an element put before the one there.
        case add(JSONPointer, JSONValue)
        /// Takes away what is at a place, where something must be.
        case remove(JSONPointer)
        /// Puts a value in the place of the one that must be there.
        case replace(JSONPointer, JSONValue)
        /// Takes a value from one place to another.
        case move(from: JSONPointer, to: JSONPointer)
        /// Puts a value at another place too.
        case copy(from: JSONPointer, to: JSONPointer)
        /// Fails unless the value at a place is this one.
        case test(JSONPointer, JSONValue)
    }

    /// The steps.
    public var operations: [Operation]

    /// A patch.
    public init(_ operations: [Operation]) {
        self.operations = operations
    }

    /// The document that a server is sent.
    public var json: JSONValue { .array(operations.map(\.json)) }
}

extension JSONPatch.Operation {
    fileprivate var json: JSONValue {
        switch self {
        case .add(let path, let value): Self.step("add", path, value: value)
        case .remove(let path): Self.step("remove", path)
        case .replace(let path, let value): Self.step("replace", path, value: value)
        case .move(let from, let path): Self.step("move", path, from: from)
        case .copy(let from, let path): Self.step("copy", path, from: from)
        case .test(let path, let value): Self.step("test", path, value: value)
        }
    }

    private static func step(
        _ name: String,
        _ path: JSONPointer,
        from: JSONPointer? = nil,
        value: JSONValue? = nil
    ) -> JSONValue {
        var step: JSONObject = ["op": .string(name), "path": .string(path.text)]
        if let from { step["from"] = .string(from.text) }
        if let value { step["value"] = value }
        return .object(step)
    }
}

/// A place in a document: the keys and indices on the way to it.
///
/// Source: RFC 6901.
public struct JSONPointer: Hashable, Sendable, ExpressibleByArrayLiteral {
    /// Keys, indices from 0, or `-` for the place behind the last element; none for the document.
    public var tokens: [String]

    /// A place.
    public init(_ tokens: [String]) {
        self.tokens = tokens
    }

    /// A place.
    public init(arrayLiteral tokens: String...) {
        self.tokens = tokens
    }

    /// The pointer as RFC 6901 § 3 writes it, `/metadata/labels/a~1b`.
    public var text: String {
        tokens.map { token in
            "/" + token.replacing("~", with: "~0").replacing("/", with: "~1")
        }.joined()
    }
}
