// SPDX-License-Identifier: Apache-2.0

public import JSON

/// A node of the cluster, of which only the metadata is of interest (`v1`).
public struct Node: Resource {
    /// `nodes` of the core group, of the whole cluster.
    public static let type = ResourceType(
        group: "",
        version: "v1",
        plural: "nodes",
        kind: "Node",
        isNamespaced: false
    )

    /// What every object has.
    public var metadata: ObjectMeta

    /// An object with this metadata.
    public init(metadata: ObjectMeta) {
        self.metadata = metadata
    }

    /// Reads an object.
    public init(_ node: JSONNode) throws(JSONShapeError) {
        metadata = try Self.metadata(node)
    }

    /// The object without what only the kubelet knows.
    public var json: JSONValue { document([:]) }
}
