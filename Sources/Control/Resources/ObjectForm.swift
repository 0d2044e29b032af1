// SPDX-License-Identifier: Apache-2.0

public import JSON

/// In which form a server is asked for objects.
///
/// Source: Kubernetes API concepts, alternate representations of resources.
public enum ObjectForm: Hashable, Sendable {
    /// As they are.
    case whole
    /// Their metadata alone (`PartialObjectMetadata`).
    case metadata

    /// What is accepted where one object, or a watch, is asked for.
    public var mediaType: String {
        switch self {
        case .whole: "application/json"
        case .metadata: "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
        }
    }

    /// What is accepted where a list is asked for.
    public var listType: String {
        switch self {
        case .whole: "application/json"
        case .metadata: "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
        }
    }
}

/// The metadata of an object of some kind, for those who need to know no more of it.
///
/// A watch of these costs the server and us the metadata alone. They cannot be written.
public struct PartialObjectMetadata<Whole: Resource>: Resource {
    /// The kind of the objects whose metadata they are.
    public static var type: ResourceType { Whole.type }

    /// The metadata.
    public static var form: ObjectForm { .metadata }

    /// The metadata, without what nobody reads.
    public static var projection: JSONProjection { .metadataAlone }

    /// What every object has.
    public var metadata: ObjectMeta

    /// Reads the metadata of an object in any form.
    public init(_ node: JSONNode) throws(JSONShapeError) {
        metadata = try ObjectMeta(node.required("metadata"))
    }

    /// The metadata as a document of their own kind.
    public var json: JSONValue {
        [
            "apiVersion": "meta.k8s.io/v1", "kind": "PartialObjectMetadata",
            "metadata": metadata.json,
        ]
    }
}
