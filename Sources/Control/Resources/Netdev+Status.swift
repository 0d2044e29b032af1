// SPDX-License-Identifier: Apache-2.0

public import Addressing
public import JSON

extension Netdev {
    /// What the card's agent has made of the spec.
    public struct Status: Hashable, Sendable {
        /// How far it is; nil before the agent has seen it.
        public var phase: Phase?
        /// The pod's addresses, each with the length of its subnet.
        public var ips: [IPPrefix]
        /// The subnets' routers.
        public var gateways: [IPAddress]
        /// Routes in the pod.
        public var routes: [PodRoute]
        /// The port on the card.
        public var opiPort: OPIPort?
        /// The `metadata.generation` that the rest is about.
        public var observedGeneration: Int?
        /// One each of ``Condition/ready``, ``Condition/portReady``, ``Condition/addressAssigned``.
        public var conditions: [Condition]

        /// A status; nothing is known unless it is said.
        public init(
            phase: Phase? = nil,
            ips: [IPPrefix] = [],
            gateways: [IPAddress] = [],
            routes: [PodRoute] = [],
            opiPort: OPIPort? = nil,
            observedGeneration: Int? = nil,
            conditions: [Condition] = []
        ) {
            self.phase = phase
            self.ips = ips
            self.gateways = gateways
            self.routes = routes
            self.opiPort = opiPort
            self.observedGeneration = observedGeneration
            self.conditions = conditions
        }
    }

    /// How far an attachment is.
    public enum Phase: String, Hashable, Sendable, CaseIterable {
        /// The card is being programmed.
        case connecting = "Connecting"
        /// Packets flow.
        case connected = "Connected"
        /// The port is gone or down.
        case disconnected = "Disconnected"
        /// It cannot be done as the spec says; the conditions tell why.
        case error = "Error"
    }

    /// The port on the card.
    public struct OPIPort: Hashable, Sendable {
        /// Its name on the OPI server.
        public var name: String
        /// The OPI server's endpoint.
        public var server: String
        /// What the server says of it, such as `Up`.
        public var operStatus: String

        /// A port.
        public init(name: String, server: String, operStatus: String) {
            self.name = name
            self.server = server
            self.operStatus = operStatus
        }
    }
}

extension Netdev.Status {
    init(_ node: JSONNode) throws(JSONShapeError) {
        phase = try node.optional("phase")?.word()
        ips = try node.list("ips") { (item) throws(JSONShapeError) in try item.prefix() }
        gateways = try node.list("gateways") { (item) throws(JSONShapeError) in
            try item.address()
        }
        routes = try node.list("routes", PodRoute.init)
        opiPort = try node.optional("opiPort").map(Netdev.OPIPort.init)
        observedGeneration = try node.optional("observedGeneration")?.integer(in: 0...Int.max)
        conditions = try node.list("conditions", Condition.init)
    }

    /// The status alone, for a patch of the subresource.
    public var json: JSONValue { .object(object) }

    var object: JSONObject {
        var object = JSONObject()
        object["phase"] = phase.map { .string($0.rawValue) }
        object["ips"] = .list(ips.map(JSONValue.described))
        object["gateways"] = .list(gateways.map(JSONValue.described))
        object["routes"] = .list(routes.map(\.json))
        object["opiPort"] = opiPort?.json
        object["observedGeneration"] = observedGeneration.map(JSONValue.integer)
        object["conditions"] = .list(conditions.map(\.json))
        return object
    }
}

extension Netdev.OPIPort {
    init(_ node: JSONNode) throws(JSONShapeError) {
        name = try node.required("name").string()
        server = try node.required("server").string()
        operStatus = try node.required("operStatus").string()
    }

    fileprivate var json: JSONValue {
        .object([
            "name": .string(name), "server": .string(server), "operStatus": .string(operStatus),
        ])
    }
}
