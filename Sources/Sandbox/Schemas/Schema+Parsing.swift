// SPDX-License-Identifier: Apache-2.0

public import JSON

extension Schema {
    /// What a structural schema may not say, or what is not understood here.
    private static let refused = [
        "$ref", "allOf", "anyOf", "oneOf", "not", "x-kubernetes-validations", "patternProperties",
        "dependencies", "uniqueItems", "multipleOf",
    ]

    private static let deepest = 64

    /// Reads `openAPIV3Schema` of a resource definition.
    ///
    /// - Throws: `JSONShapeError` with the place in the schema.
    public init(_ node: JSONNode) throws(JSONShapeError) {
        try self.init(node, depth: 0)
    }

    private init(_ node: JSONNode, depth: Int) throws(JSONShapeError) {
        guard depth < Self.deepest else { throw node.invalid(expected: "64 levels at most") }
        for key in Self.refused where try node.optional(key) != nil {
            throw .unknown(path: "\(node.path).\(key)")
        }
        try readGeneral(node)
        try readBounds(node)
        try readChildren(node, depth: depth)
    }

    private mutating func readGeneral(_ node: JSONNode) throws(JSONShapeError) {
        kind = try node.optional("type")?.parsed(as: "a type") { Kind(rawValue: $0) }
        description = try node.optional("description")?.string() ?? ""
        format = try node.optional("format")?.string()
        isNullable = try node.optional("nullable")?.bool() ?? false
        isIntOrString = try node.optional("x-kubernetes-int-or-string")?.bool() ?? false
        preservesUnknown =
            try node.optional("x-kubernetes-preserve-unknown-fields")?.bool() ?? false
        defaultValue = node.value["default"]
        allowed = try node.optional("enum")?.elements().map(\.value) ?? []
        pattern = try node.optional("pattern")?.parsed(as: "a regular expression") { text in
            (try? Regex(text)).map { _ in text }
        }
        guard kind != nil || isIntOrString || preservesUnknown else {
            throw .missing(path: "\(node.path).type")
        }
    }

    private mutating func readBounds(_ node: JSONNode) throws(JSONShapeError) {
        length = try Self.bounds(node, "minLength", "maxLength")
        count = try Self.bounds(node, "minItems", "maxItems")
        members = try Self.bounds(node, "minProperties", "maxProperties")
        minimum = try Self.limit(node, "minimum", "exclusiveMinimum")
        maximum = try Self.limit(node, "maximum", "exclusiveMaximum")
    }

    private static func bounds(
        _ node: JSONNode,
        _ least: String,
        _ most: String
    ) throws(JSONShapeError) -> Bounds {
        var bounds = Bounds()
        bounds.least = try node.optional(least)?.integer(in: 0...Int.max)
        bounds.most = try node.optional(most)?.integer(in: 0...Int.max)
        return bounds
    }

    private static func limit(
        _ node: JSONNode,
        _ key: String,
        _ exclusive: String
    ) throws(JSONShapeError) -> (value: Double, isExclusive: Bool)? {
        guard let limit = try node.optional(key) else { return nil }
        guard let value = limit.value.double else { throw limit.invalid(expected: "a number") }
        return (value, try node.optional(exclusive)?.bool() ?? false)
    }

    private mutating func readChildren(_ node: JSONNode, depth: Int) throws(JSONShapeError) {
        if let known = try node.optional("properties") {
            guard let object = known.value.members else {
                throw known.invalid(expected: "an object")
            }
            for member in object.members {
                let child = JSONNode(member.value, path: "\(known.path).\(member.key)")
                properties.append((member.key, try Schema(child, depth: depth + 1)))
            }
        }
        if let others = try node.optional("additionalProperties") {
            if let isAllowed = others.value.bool {
                preservesUnknown = preservesUnknown || isAllowed
            } else {
                additional = [try Schema(others, depth: depth + 1)]
            }
        }
        if let elements = try node.optional("items") {
            items = [try Schema(elements, depth: depth + 1)]
        }
        for name in try node.optional("required")?.elements() ?? [] {
            required.append(try name.string())
        }
        if let type = try node.optional("x-kubernetes-list-type") {
            listType = try type.parsed(as: "a list type") { ListType(rawValue: $0) }
        }
        for key in try node.optional("x-kubernetes-list-map-keys")?.elements() ?? [] {
            listKeys.append(try key.string())
        }
        guard kind != .array || !items.isEmpty else { throw .missing(path: "\(node.path).items") }
    }
}
