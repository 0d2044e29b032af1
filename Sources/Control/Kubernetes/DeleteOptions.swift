// SPDX-License-Identifier: Apache-2.0

import JSON

/// How an object goes.
///
/// Source: `metav1.DeleteOptions`.
public struct DeleteOptions: Hashable, Sendable {
    /// What becomes of the objects that an object owns.
    public enum Propagation: String, Hashable, Sendable, CaseIterable {
        /// They stay, without their owner.
        case orphan = "Orphan"
        /// They go after it.
        case background = "Background"
        /// They go before it, which stays that long with a finalizer.
        case foreground = "Foreground"
    }

    /// What becomes of what it owns; nil for what is usual for the kind.
    public var propagation: Propagation?
    /// Time that it is given to end, in whole seconds; nil for what is usual for the kind.
    public var gracePeriod: Duration?

    /// Options; none leaves everything to the server.
    public init(propagation: Propagation? = nil, gracePeriod: Duration? = nil) {
        self.propagation = propagation
        self.gracePeriod = gracePeriod
    }

    /// The body of a deletion.
    func json(_ conditions: Preconditions) -> JSONValue {
        var body: JSONObject = ["apiVersion": "v1", "kind": "DeleteOptions"]
        var members = JSONObject()
        if let uid = conditions.uid { members["uid"] = .string(uid) }
        if let version = conditions.resourceVersion {
            members["resourceVersion"] = .string(version)
        }
        if !members.members.isEmpty { body["preconditions"] = .object(members) }
        if let propagation { body["propagationPolicy"] = .string(propagation.rawValue) }
        if let gracePeriod {
            let seconds = max(0, gracePeriod.components.seconds)
            body["gracePeriodSeconds"] = .number(JSONNumber(seconds))
        }
        return .object(body)
    }
}
