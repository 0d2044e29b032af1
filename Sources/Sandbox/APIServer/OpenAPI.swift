// SPDX-License-Identifier: Apache-2.0

import Bytes
import JSON

/// The OpenAPI 3 documents that `kubectl explain` and `kubectl apply` ask for.
///
/// A schema of a custom resource is shown as its definition has it; types of the core have none.
struct OpenAPI: Sendable {
    let kinds: [ResourceKind]
    /// The raw `openAPIV3Schema` of a custom resource, by its kind's API version and name.
    let schemas: [String: JSONValue]

    private static let meta = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"

    /// The document at a path below `/openapi/v3`, nil when there is none.
    func document(_ parts: [String]) -> JSONValue? {
        if parts.isEmpty { return index }
        let served = kinds.filter { Self.path(of: $0) == parts }
        guard !served.isEmpty else { return nil }
        var paths = JSONObject()
        var components = JSONObject([
            JSONObject.Member(key: Self.meta, value: Self.metadata)
        ])
        for kind in served {
            components[Self.name(of: kind)] = schema(of: kind)
            for (path, item) in Self.operations(kind) { paths[path] = item }
        }
        return [
            "openapi": "3.0.0", "info": ["title": "Kubernetes", "version": "v1.32.0"],
            "paths": .object(paths), "components": ["schemas": .object(components)],
        ]
    }

    /// An OpenAPI 2 document without any schema, in protobuf (1 swagger, 2 info: 1 title,
    /// 2 version, 8 paths): kubectl wants one for lists, finds nothing in it, and leaves their
    /// elements to the server.
    static let emptySecond: [UInt8] = {
        func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
            [number << 3 | 2, UInt8(bytes.count)] + bytes
        }
        let info = field(1, Array("Kubernetes".utf8)) + field(2, Array("v1.32.0".utf8))
        return field(1, Array("2.0".utf8)) + field(2, info) + field(8, [])
    }()

    static let secondType = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"

    private var index: JSONValue {
        var paths = JSONObject()
        for kind in kinds {
            let path = Self.path(of: kind).joined(separator: "/")
            if paths[path] != nil { continue }
            let all = kinds.filter { Self.path(of: $0) == Self.path(of: kind) }
            let text = all.map { String(decoding: schema(of: $0).encoded(), as: UTF8.self) }
                .joined()
            paths[path] = [
                "serverRelativeURL": .string(
                    "/openapi/v3/\(path)?hash=\(Fingerprint.digits(of: text))"
                )
            ]
        }
        return ["paths": .object(paths)]
    }

    private static func path(of kind: ResourceKind) -> [String] {
        kind.group.isEmpty ? ["api", kind.version] : ["apis", kind.group, kind.version]
    }

    /// As kube-apiserver calls it: the group's labels the other way round.
    private static func name(of kind: ResourceKind) -> String {
        guard kind.isCustom else { return "io.k8s.api.\(kind.group).\(kind.version).\(kind.kind)" }
        let labels = kind.group.split(separator: ".").reversed().joined(separator: ".")
        return "\(labels).\(kind.version).\(kind.kind)"
    }

    private static func identity(_ kind: ResourceKind) -> JSONValue {
        [
            "group": .string(kind.group), "version": .string(kind.version),
            "kind": .string(kind.kind),
        ]
    }

    private func schema(of kind: ResourceKind) -> JSONValue {
        var schema =
            schemas["\(kind.apiVersion)/\(kind.kind)"] ?? ["type": "object", "properties": [:]]
        var properties = schema["properties"]?.members ?? JSONObject()
        properties["apiVersion"] = Self.text(Self.aboutVersion)
        properties["kind"] = Self.text(Self.aboutKind)
        properties["metadata"] = [
            "description": .string(Self.aboutMetadata),
            "allOf": [["$ref": .string("#/components/schemas/\(Self.meta)")]],
        ]
        schema["properties"] = .object(properties)
        schema["x-kubernetes-group-version-kind"] = [Self.identity(kind)]
        return schema
    }

    private static func text(_ description: String) -> JSONValue {
        ["description": .string(description), "type": "string"]
    }

    /// Each path of a kind with its operations; what they take is what clients look for there.
    private static func operations(_ kind: ResourceKind) -> [(String, JSONValue)] {
        let root = "/" + path(of: kind).joined(separator: "/")
        let scope = kind.isNamespaced ? "/namespaces/{namespace}" : ""
        let collection = "\(root)\(scope)/\(kind.plural)"
        func operation(_ action: String) -> JSONValue {
            let reference: JSONValue = [
                "schema": ["$ref": .string("#/components/schemas/\(name(of: kind))")]
            ]
            return [
                "responses": [
                    "200": [
                        "description": "OK", "content": ["application/json": reference],
                    ]
                ], "x-kubernetes-action": .string(action),
                "x-kubernetes-group-version-kind": identity(kind),
                "parameters": .array(
                    ["dryRun", "fieldManager", "fieldValidation"].map { name in
                        ["name": .string(name), "in": "query", "schema": ["type": "string"]]
                    }
                ),
            ]
        }
        let one: JSONValue = [
            "get": operation("get"), "put": operation("put"),
            "patch": operation("patch"), "delete": operation("delete"),
        ]
        return [
            (collection, ["get": operation("list"), "post": operation("post")]),
            ("\(collection)/{name}", one),
        ]
    }

    private static let metadata: JSONValue = [
        "description": .string(
            "ObjectMeta is metadata that all persisted resources must have, which includes all "
                + "objects users must create."
        ), "type": "object",
        "properties": [
            "annotations": ["type": "object", "additionalProperties": ["type": "string"]],
            "finalizers": ["type": "array", "items": ["type": "string"]],
            "generateName": ["type": "string"], "generation": ["type": "integer"],
            "labels": ["type": "object", "additionalProperties": ["type": "string"]],
            "name": ["type": "string"], "namespace": ["type": "string"],
            "resourceVersion": ["type": "string"], "uid": ["type": "string"],
        ],
    ]

    private static let conventions =
        "https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md"

    private static let aboutVersion =
        "APIVersion defines the versioned schema of this representation of an object. Servers "
        + "should convert recognized schemas to the latest internal value, and may reject "
        + "unrecognized values. More info: "
        + conventions + "#resources"

    private static let aboutKind =
        "Kind is a string value representing the REST resource this object represents. Servers may "
        + "infer this from the endpoint the client submits requests to. Cannot be updated. In "
        + "CamelCase. More info: "
        + conventions + "#types-kinds"

    private static let aboutMetadata =
        "Standard object's metadata. More info: "
        + conventions + "#metadata"
}
