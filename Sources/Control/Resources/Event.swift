// SPDX-License-Identifier: Apache-2.0

public import JSON

/// Something that happened to an object, for people (`v1`, core).
public struct Event: Resource {
    /// `events` of the core group, in namespaces.
    public static let type = ResourceType(
        group: "",
        version: "v1",
        plural: "events",
        kind: "Event",
        isNamespaced: true
    )

    /// What every object has.
    public var metadata: ObjectMeta

    /// What it happened to.
    public var involved: ObjectReference

    /// Whether it is as it should be.
    public var severity: Severity

    /// One word in camel case, for programs.
    public var reason: String

    /// A sentence for people.
    public var message: String

    /// Who noticed, such as `opi-xpu-xpu-agent`.
    public var component: String

    /// How often it happened.
    public var count: Int

    /// When it happened first, in RFC 3339.
    public var firstTimestamp: String

    /// When it happened last.
    public var lastTimestamp: String

    /// Whether it is as it should be (`type`).
    public enum Severity: String, Hashable, Sendable, CaseIterable {
        /// It is.
        case normal = "Normal"
        /// Somebody may have to do something.
        case warning = "Warning"
    }

    /// Something that happened once.
    public init(
        metadata: ObjectMeta,
        involved: ObjectReference,
        severity: Severity,
        reason: String,
        message: String,
        component: String,
        timestamp: String
    ) {
        self.metadata = metadata
        self.involved = involved
        self.severity = severity
        self.reason = reason
        self.message = message
        self.component = component
        count = 1
        firstTimestamp = timestamp
        lastTimestamp = timestamp
    }
}

/// Names an object of any kind (`v1.ObjectReference`).
public struct ObjectReference: Hashable, Sendable {
    /// The kind's `apiVersion`.
    public var apiVersion: String
    /// The kind.
    public var kind: String
    /// Empty for objects that live in no namespace.
    public var namespace: String
    /// The name.
    public var name: String
    /// Empty when it is not known.
    public var uid: String

    /// An object as it is known.
    public init(_ object: some Resource) {
        let type = Swift.type(of: object).type
        apiVersion = type.apiVersion
        kind = type.kind
        namespace = object.metadata.namespace
        name = object.metadata.name
        uid = object.metadata.uid
    }
}

extension Event {
    /// Reads an object.
    public init(_ node: JSONNode) throws(JSONShapeError) {
        metadata = try Self.metadata(node)
        involved = try ObjectReference(node.required("involvedObject"))
        severity = try node.required("type").word()
        reason = try node.optional("reason")?.string() ?? ""
        message = try node.optional("message")?.string() ?? ""
        component = try node.optional("source")?.optional("component")?.string() ?? ""
        count = try node.optional("count")?.integer(in: 0...Int.max) ?? 0
        firstTimestamp = try node.optional("firstTimestamp")?.string() ?? ""
        lastTimestamp = try node.optional("lastTimestamp")?.string() ?? ""
    }

    /// The whole object.
    public var json: JSONValue {
        var object =
            document([
                "involvedObject": involved.object, "source": ["component": .string(component)],
            ]).members ?? JSONObject()
        object["type"] = .string(severity.rawValue)
        object["reason"] = .string(reason)
        object["message"] = .string(message)
        object["count"] = .integer(count)
        object["firstTimestamp"] = .text(firstTimestamp)
        object["lastTimestamp"] = .text(lastTimestamp)
        return .object(object)
    }
}

extension ObjectReference {
    init(_ node: JSONNode) throws(JSONShapeError) {
        apiVersion = try node.optional("apiVersion")?.string() ?? ""
        kind = try node.optional("kind")?.string() ?? ""
        namespace = try node.optional("namespace")?.string() ?? ""
        name = try node.optional("name")?.string() ?? ""
        uid = try node.optional("uid")?.string() ?? ""
    }

    fileprivate var object: JSONObject {
        var object = JSONObject()
        object["apiVersion"] = .text(apiVersion)
        object["kind"] = .text(kind)
        object["namespace"] = .text(namespace)
        object["name"] = .text(name)
        object["uid"] = .text(uid)
        return object
    }
}
