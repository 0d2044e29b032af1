// SPDX-License-Identifier: Apache-2.0

public import JSON

/// One card: whose functions it has, and what its tenants may use.
public struct XPU: Resource {
    /// `xpus` of our group, of the whole cluster.
    public static let type = ResourceType.own("XPU", plural: "xpus", isNamespaced: false)

    /// What every object has.
    public var metadata: ObjectMeta

    /// What an administrator says of the card.
    public var spec: Spec

    /// What the card's agent says.
    public var status: Status

    /// An object with this metadata.
    public init(metadata: ObjectMeta, spec: Spec, status: Status = Status()) {
        self.metadata = metadata
        self.spec = spec
        self.status = status
    }
}

extension XPU {
    /// Reads an object.
    public init(_ node: JSONNode) throws(JSONShapeError) {
        metadata = try Self.metadata(node)
        spec = try Spec(node.required("spec"))
        status = try node.optional("status").map(Status.init) ?? Status()
    }

    /// The whole object.
    public var json: JSONValue {
        document(["spec": spec.object, "status": status.object])
    }
}

extension XPU {
    /// What an administrator says of the card.
    public struct Spec: Hashable, Sendable {
        /// The node whose functions it has.
        public var hostNode: String
        /// The node that the card itself is, where it is one.
        public var infraNode: String?
        /// What is printed on it.
        public var serialNumber: String?
        /// What its tenants may use.
        public var allowed: Allowed

        /// A card in `hostNode`; its tenants may use anything unless it is said.
        public init(
            hostNode: String,
            infraNode: String? = nil,
            serialNumber: String? = nil,
            allowed: Allowed = Allowed()
        ) {
            self.hostNode = hostNode
            self.infraNode = infraNode
            self.serialNumber = serialNumber
            self.allowed = allowed
        }
    }

    /// What the card's agent says.
    public struct Status: Hashable, Sendable {
        /// The OPI server that the agent drives.
        public var opiServer: String?
        /// The OPI server's dialect, such as `EVPNGateway`.
        public var dialect: String?
        /// Who the agent is.
        public var agent: Agent?
        /// Ports that are up.
        public var ports: Int?
        /// The `metadata.generation` that the rest is about.
        public var observedGeneration: Int?
        /// ``Condition/ready``.
        public var conditions: [Condition]

        /// A status; nothing is known unless it is said.
        public init(
            opiServer: String? = nil,
            dialect: String? = nil,
            agent: Agent? = nil,
            ports: Int? = nil,
            observedGeneration: Int? = nil,
            conditions: [Condition] = []
        ) {
            self.opiServer = opiServer
            self.dialect = dialect
            self.agent = agent
            self.ports = ports
            self.observedGeneration = observedGeneration
            self.conditions = conditions
        }
    }

    /// The process that drives a card.
    public struct Agent: Hashable, Sendable {
        /// Unique among the processes that may.
        public var identity: String
        /// The version of the program.
        public var version: String

        /// A process.
        public init(identity: String, version: String) {
            self.identity = identity
            self.version = version
        }
    }
}

extension XPU.Spec {
    init(_ node: JSONNode) throws(JSONShapeError) {
        hostNode = try node.required("hostNode").text(longest: 253)
        infraNode = try node.optional("infraNode")?.string()
        serialNumber = try node.optional("serialNumber")?.string()
        allowed = try node.optional("allowed").map(XPU.Allowed.init) ?? XPU.Allowed()
    }

    fileprivate var object: JSONObject {
        var object: JSONObject = ["hostNode": .string(hostNode)]
        object["infraNode"] = infraNode.map(JSONValue.string)
        object["serialNumber"] = serialNumber.map(JSONValue.string)
        object["allowed"] = allowed.json
        return object
    }
}

extension XPU.Status {
    init(_ node: JSONNode) throws(JSONShapeError) {
        opiServer = try node.optional("opiServer")?.string()
        dialect = try node.optional("dialect")?.string()
        agent = try node.optional("agent").map(XPU.Agent.init)
        ports = try node.optional("ports")?.integer(in: 0...Int.max)
        observedGeneration = try node.optional("observedGeneration")?.integer(in: 0...Int.max)
        conditions = try node.list("conditions", Condition.init)
    }

    /// The status alone, for a patch of the subresource.
    public var json: JSONValue { .object(object) }

    fileprivate var object: JSONObject {
        var object = JSONObject()
        object["opiServer"] = opiServer.map(JSONValue.string)
        object["dialect"] = dialect.map(JSONValue.string)
        object["agent"] = agent?.json
        object["ports"] = ports.map(JSONValue.integer)
        object["observedGeneration"] = observedGeneration.map(JSONValue.integer)
        object["conditions"] = .list(conditions.map(\.json))
        return object
    }
}

extension XPU.Agent {
    init(_ node: JSONNode) throws(JSONShapeError) {
        identity = try node.required("identity").string()
        version = try node.required("version").string()
    }

    fileprivate var json: JSONValue {
        .object(["identity": .string(identity), "version": .string(version)])
    }
}
