// SPDX-License-Identifier: Apache-2.0

public import JSON

extension Schema {
    /// The value with what is absent filled in; null where it is not allowed counts as absent.
    public func filled(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(var object):
            for (name, schema) in properties {
                let isThere = object[name].map { !$0.isNull || schema.isNullable } ?? false
                if !isThere { object[name] = schema.defaultValue }
            }
            for index in object.members.indices {
                let member = object.members[index]
                guard let schema = self.member(member.key) ?? additional.first else { continue }
                object.members[index].value = schema.filled(member.value)
            }
            return .object(object)
        case .array(let elements):
            guard let schema = items.first else { return value }
            return .array(elements.map { schema.filled($0) })
        default:
            return value
        }
    }

    /// The value without what the schema does not know, and the places of what was dropped.
    ///
    /// At the root, `apiVersion`, `kind` and `metadata` are known to every schema.
    public func pruned(_ value: JSONValue, isRoot: Bool = false) -> (JSONValue, [String]) {
        var dropped: [String] = []
        return (prune(value, at: "", isRoot: isRoot, &dropped), dropped)
    }

    private func prune(
        _ value: JSONValue,
        at path: String,
        isRoot: Bool,
        _ dropped: inout [String]
    ) -> JSONValue {
        switch value {
        case .object(let object):
            var kept: [JSONObject.Member] = []
            for member in object.members {
                let place = Self.join(path, member.key)
                if isRoot, ["apiVersion", "kind", "metadata"].contains(member.key) {
                    kept.append(member)
                } else if let schema = self.member(member.key) ?? additional.first {
                    let value = schema.prune(member.value, at: place, isRoot: false, &dropped)
                    kept.append(JSONObject.Member(key: member.key, value: value))
                } else if preservesUnknown || kind == nil {
                    kept.append(member)
                } else {
                    dropped.append(place)
                }
            }
            return .object(JSONObject(kept))
        case .array(let elements):
            guard let schema = items.first else { return value }
            return .array(
                elements.enumerated().map { index, element in
                    schema.prune(element, at: "\(path)[\(index)]", isRoot: false, &dropped)
                }
            )
        default:
            return value
        }
    }
}
