// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@testable import APIServer

/// A value from its JSON text.
func json(_ text: String) throws -> JSONValue {
    try JSONValue(parsing: Array(text.utf8))
}

/// A registry with a namespace and a custom resource, and short words for its verbs.
struct Lab {
    var registry = Registry()

    static let definition: JSONValue = [
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": ["name": "things.example.com"],
        "spec": [
            "group": "example.com", "scope": "Namespaced",
            "names": ["plural": "things", "kind": "Thing"],
            "versions": [
                [
                    "name": "v1", "served": true, "storage": true,
                    "subresources": ["status": [:]],
                    "schema": [
                        "openAPIV3Schema": [
                            "type": "object",
                            "properties": [
                                "spec": [
                                    "type": "object",
                                    "properties": ["size": ["type": "integer"]],
                                ],
                                "status": [
                                    "type": "object",
                                    "properties": ["phase": ["type": "string"]],
                                ],
                            ],
                        ]
                    ],
                ]
            ],
        ],
    ]

    init() throws {
        try create("customresourcedefinitions", Self.definition)
    }

    func kind(_ plural: String) throws -> ResourceKind {
        try #require(registry.kinds.first { $0.plural == plural })
    }

    /// An object of that type, made from its metadata and more members.
    func object(
        _ plural: String,
        _ metadata: JSONValue,
        _ more: JSONValue = [:]
    ) throws -> JSONValue {
        let kind = try kind(plural)
        return MergePatch.apply(
            [
                "apiVersion": .string(kind.apiVersion), "kind": .string(kind.kind),
                "metadata": metadata,
            ],
            to: more
        )
    }

    @discardableResult
    mutating func create(_ plural: String, _ document: JSONValue) throws -> JSONValue {
        let kind = try kind(plural)
        let namespace = kind.isNamespaced ? "default" : ""
        return try registry.create(kind, in: namespace, document, WriteOptions()).object
    }

    /// Makes a config map with these metadata.
    @discardableResult
    mutating func map(_ metadata: JSONValue) throws -> JSONValue {
        try create("configmaps", object("configmaps", metadata))
    }

    /// Makes a config map that is owned.
    @discardableResult
    mutating func map(
        _ name: String,
        ownedBy owners: [JSONValue],
        blocks: Bool = true
    ) throws
        -> JSONValue
    {
        let list = owners.map { Self.reference(to: $0, blocks: blocks) }
        return try map(["name": .string(name), "ownerReferences": .array(list)])
    }

    static func reference(to owner: JSONValue, blocks: Bool = true) -> JSONValue {
        [
            "apiVersion": "v1", "kind": "ConfigMap", "name": .string(owner.objectName),
            "uid": .string(owner.objectUID), "blockOwnerDeletion": .bool(blocks),
        ]
    }

    @discardableResult
    mutating func patch(_ plural: String, _ name: String, _ patch: JSONValue) throws -> JSONValue {
        let kind = try kind(plural)
        let namespace = kind.isNamespaced ? "default" : ""
        return try registry.patch(kind, in: namespace, name, patch, WriteOptions()).object
    }

    @discardableResult
    mutating func delete(
        _ plural: String,
        _ name: String,
        _ propagation: DeleteOptions.Propagation = .background
    ) throws -> Bool {
        let kind = try kind(plural)
        var options = DeleteOptions()
        options.propagation = propagation
        let namespace = kind.isNamespaced ? "default" : ""
        return try registry.delete(kind, in: namespace, name, options).isGone
    }

    func get(_ plural: String, _ name: String) throws -> JSONValue? {
        let kind = try kind(plural)
        return registry.storage[kind.resource, registry.key(kind, "default", name)]
    }

    func names(_ plural: String) throws -> [String] {
        registry.storage.objects(of: try kind(plural).resource).map(\.0.name)
    }
}
