// SPDX-License-Identifier: Apache-2.0

public import JSON

/// One thing that is or is not so with an object, and why (`metav1.Condition`).
public struct Condition: Hashable, Sendable {
    /// What it is about: ``ready``, ``portReady`` or ``addressAssigned``, or another's.
    public var type: String

    /// Whether it is so.
    public var status: Status

    /// One word in camel case, for programs; never empty.
    public var reason: String

    /// A sentence for people.
    public var message: String

    /// When ``status`` changed last, in RFC 3339.
    public var lastTransitionTime: String

    /// The `metadata.generation` that was looked at.
    public var observedGeneration: Int?

    /// Whether something is so.
    public enum Status: String, Hashable, Sendable, CaseIterable {
        /// It is so.
        case yes = "True"
        /// It is not so.
        case no = "False"
        /// Nobody can tell.
        case unknown = "Unknown"
    }

    /// The object serves its purpose.
    public static let ready = "Ready"

    /// The card has the port.
    public static let portReady = "PortReady"

    /// The interface has its addresses.
    public static let addressAssigned = "AddressAssigned"

    /// A condition as it is now.
    public init(
        type: String,
        status: Status,
        reason: String,
        message: String,
        lastTransitionTime: String,
        observedGeneration: Int? = nil
    ) {
        self.type = type
        self.status = status
        self.reason = reason
        self.message = message
        self.lastTransitionTime = lastTransitionTime
        self.observedGeneration = observedGeneration
    }
}

extension Condition {
    /// Reads an element of `status.conditions`.
    ///
    /// - Throws: `JSONShapeError` that names the place.
    public init(_ node: JSONNode) throws(JSONShapeError) {
        type = try node.required("type").text()
        status = try node.required("status").word()
        reason = try node.required("reason").string()
        message = try node.required("message").string()
        lastTransitionTime = try node.required("lastTransitionTime").string()
        observedGeneration = try node.optional("observedGeneration")?.integer(in: 0...Int.max)
    }

    /// The element of `status.conditions`.
    public var json: JSONValue {
        var object: JSONObject = [
            "type": .string(type),
            "status": .string(status.rawValue),
            "reason": .string(reason),
            "message": .string(message),
            "lastTransitionTime": .string(lastTransitionTime),
        ]
        object["observedGeneration"] = observedGeneration.map(JSONValue.integer)
        return .object(object)
    }
}

extension [Condition] {
    /// The condition of a type.
    public subscript(type: String) -> Condition? {
        first { $0.type == type }
    }

    /// Puts `condition` in the place of the one of its type, or at the end.
    ///
    /// While the status is the same, the old time of change stays.
    public mutating func set(_ condition: Condition) {
        guard let index = firstIndex(where: { $0.type == condition.type }) else {
            return append(condition)
        }
        var condition = condition
        if self[index].status == condition.status {
            condition.lastTransitionTime = self[index].lastTransitionTime
        }
        self[index] = condition
    }
}
