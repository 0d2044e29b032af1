// SPDX-License-Identifier: Apache-2.0

public import JSON

/// What every object has; the server's own fields are empty in an object that it has not seen.
public struct ObjectMeta: Hashable, Sendable {
    /// Unique within kind and namespace.
    public var name: String

    /// Empty when the kind has no namespaces.
    public var namespace: String

    /// Unique in time: an object deleted and made again under its name has another.
    public var uid: String

    /// The version for conflicts and watches; compared for equality only.
    public var resourceVersion: String

    /// Counts changes of the spec, from 1; 0 in an object that the server has not seen.
    public var generation: Int

    /// When the server made it, in RFC 3339.
    public var creationTimestamp: String

    /// When it was deleted, while its finalizers hold it.
    public var deletionTimestamp: String?

    /// What selectors see.
    public var labels: [String: String]

    /// What they do not see.
    public var annotations: [String: String]

    /// Who must let go before the object disappears.
    public var finalizers: [String]

    /// The metadata of an object that is to be made.
    public init(
        name: String,
        namespace: String = "",
        labels: [String: String] = [:],
        finalizers: [String] = []
    ) {
        self.name = name
        self.namespace = namespace
        self.labels = labels
        self.finalizers = finalizers
        uid = ""
        resourceVersion = ""
        generation = 0
        creationTimestamp = ""
        deletionTimestamp = nil
        annotations = [:]
    }

    /// Whether it was deleted and only waits for its finalizers.
    public var isDeleting: Bool { deletionTimestamp != nil }
}

extension ObjectMeta {
    /// Reads the member `metadata` of an object.
    ///
    /// - Throws: `JSONShapeError` that names the place.
    public init(_ node: JSONNode) throws(JSONShapeError) {
        name = try node.required("name").text()
        namespace = try node.optional("namespace")?.string() ?? ""
        uid = try node.optional("uid")?.string() ?? ""
        resourceVersion = try node.optional("resourceVersion")?.string() ?? ""
        generation = try node.optional("generation")?.integer(in: 0...Int.max) ?? 0
        creationTimestamp = try node.optional("creationTimestamp")?.string() ?? ""
        deletionTimestamp = try node.optional("deletionTimestamp")?.text()
        labels = try node.optional("labels")?.texts() ?? [:]
        annotations = try node.optional("annotations")?.texts() ?? [:]
        finalizers = try node.list("finalizers") { (item) throws(JSONShapeError) in
            try item.text()
        }
    }

    /// The member `metadata`, without the fields that are empty.
    public var json: JSONValue {
        var object = JSONObject()
        object["name"] = .string(name)
        object["namespace"] = .text(namespace)
        object["uid"] = .text(uid)
        object["resourceVersion"] = .text(resourceVersion)
        object["generation"] = generation == 0 ? nil : .integer(generation)
        object["creationTimestamp"] = .text(creationTimestamp)
        object["deletionTimestamp"] = deletionTimestamp.map(JSONValue.string)
        object["labels"] = .texts(labels)
        object["annotations"] = .texts(annotations)
        object["finalizers"] = .list(finalizers.map(JSONValue.string))
        return .object(object)
    }
}
