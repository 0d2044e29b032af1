// SPDX-License-Identifier: Apache-2.0

public import JSON

/// An object of a Kubernetes API as a value.
///
/// Reading ignores keys it does not know, because peers may be one release newer; a value that it
/// knows to be impossible is an error that names the place.
public protocol Resource: Hashable, Sendable {
    /// The kind.
    static var type: ResourceType { get }

    /// Which parts of a document are read at all; the rest is skipped without being kept.
    static var projection: JSONProjection { get }

    /// In which form the server is asked for objects.
    static var form: ObjectForm { get }

    /// What every object has.
    var metadata: ObjectMeta { get set }

    /// Reads an object; `apiVersion` and `kind` may be absent, as they are in lists.
    ///
    /// - Throws: `JSONShapeError` that names the place.
    init(_ node: JSONNode) throws(JSONShapeError)

    /// The whole object, without optional fields that say nothing.
    var json: JSONValue { get }
}

extension Resource {
    /// Everything but those parts of the metadata that nobody here reads, such as `managedFields`,
    /// which are up to a third of an object.
    public static var projection: JSONProjection { .object }

    /// The whole object.
    public static var form: ObjectForm { .whole }

    /// Whether the object was deleted and only waits for its finalizers.
    public var isDeleting: Bool { metadata.isDeleting }

    /// The metadata of an object that must be of this kind.
    static func metadata(_ node: JSONNode) throws(JSONShapeError) -> ObjectMeta {
        for (key, expected) in [("apiVersion", type.apiVersion), ("kind", type.kind)] {
            _ = try node.optional(key)?.parsed(as: expected) { $0 == expected ? $0 : nil }
        }
        return try ObjectMeta(node.required("metadata"))
    }

    /// The object's document: what every object has and then `parts`, the empty ones left out.
    func document(_ parts: KeyValuePairs<String, JSONObject>) -> JSONValue {
        var object: JSONObject = [
            "apiVersion": .string(Self.type.apiVersion),
            "kind": .string(Self.type.kind),
            "metadata": metadata.json,
        ]
        for (key, part) in parts where !part.members.isEmpty { object[key] = .object(part) }
        return .object(object)
    }
}

extension JSONProjection {
    /// The metadata as `ObjectMeta` reads them.
    static let metadata = JSONProjection.only([
        "name": .everything, "namespace": .everything, "uid": .everything,
        "resourceVersion": .everything, "generation": .everything,
        "creationTimestamp": .everything, "deletionTimestamp": .everything, "labels": .everything,
        "annotations": .except(["kubectl.kubernetes.io/last-applied-configuration": .nothing]),
        "finalizers": .everything,
    ])

    /// The metadata and nothing else.
    static let metadataAlone = JSONProjection.only(["metadata": .metadata])

    /// An object with all its parts and the metadata that are read.
    static let object = JSONProjection.except(["metadata": .metadata])
}
