// SPDX-License-Identifier: Apache-2.0

/// Which parts of a document are wanted as a tree; what is not is validated and skipped.
///
/// ```swift
/// // Everything but metadata.managedFields, and of the status only its phase:
/// .except([
///     "metadata": .except(["managedFields": .nothing]), "status": .only(["phase": .everything]),
/// ])
/// ```
///
/// A projection of an array holds for each of its elements; of a scalar, it is the scalar.
public indirect enum JSONProjection: Hashable, Sendable {
    /// The value as it is.
    case everything

    /// Not even the member that has this value.
    case nothing

    /// Of an object these members, each by its own projection.
    case only([String: JSONProjection])

    /// Of an object all members, these by their own projection.
    case except([String: JSONProjection])

    /// What is wanted of the member `key`.
    @inline(__always)
    func member(_ key: String) -> JSONProjection {
        switch self {
        case .everything: .everything
        case .nothing: .nothing
        case .only(let members): members[key] ?? .nothing
        case .except(let members): members[key] ?? .everything
        }
    }
}

extension JSONReader {
    /// Consumes any value as a tree of the parts that are wanted.
    ///
    /// - Returns: the tree; null for ``JSONProjection/nothing``.
    /// - Throws: ``JSONError`` if it is malformed or nested too deep, also in a part that is not
    ///   wanted.
    public mutating func value(_ projection: JSONProjection) throws(JSONError) -> JSONValue {
        switch projection {
        case .everything: return try value()
        case .nothing:
            try skip()
            return .null
        case .only, .except: break
        }
        switch try peek() {
        case .null, .bool, .number, .string: return try value()
        case .array:
            var elements: [JSONValue] = []
            try beginArray()
            while try nextElement() { elements.append(try value(projection)) }
            return .array(elements)
        case .object:
            var members: [JSONObject.Member] = []
            try beginObject()
            while let key = try nextKey() {
                // A value that is not taken is skipped by the next key.
                let wanted = projection.member(key)
                if case .nothing = wanted { continue }
                members.append(JSONObject.Member(key: key, value: try value(wanted)))
            }
            return .object(JSONObject(members))
        }
    }
}
