// SPDX-License-Identifier: Apache-2.0

public import Addressing
import JSON

/// A route in the pod.
public struct PodRoute: Hashable, Sendable {
    /// Where it leads.
    public var destination: IPPrefix

    /// The router; nil when the network's own, or none, is meant.
    public var gateway: IPAddress?

    /// A route to `destination`.
    public init(destination: IPPrefix, gateway: IPAddress? = nil) {
        self.destination = destination
        self.gateway = gateway
    }

    init(_ node: JSONNode) throws(JSONShapeError) {
        destination = try node.required("dst").prefix()
        gateway = try node.optional("gw")?.address()
    }

    var json: JSONValue {
        var object: JSONObject = ["dst": .described(destination)]
        object["gw"] = gateway.map(JSONValue.described)
        return .object(object)
    }
}

/// What an interface is to its pod.
public enum InterfaceRole: String, Hashable, Sendable, CaseIterable {
    /// The pod's own network.
    case primary = "Primary"

    /// One more network.
    case secondary = "Secondary"
}
