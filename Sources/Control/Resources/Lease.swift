// SPDX-License-Identifier: Apache-2.0

public import JSON

/// Who does something now (`coordination.k8s.io/v1`).
public struct Lease: Resource {
    /// `leases` of the coordination group, in namespaces.
    public static let type = ResourceType(
        group: "coordination.k8s.io",
        version: "v1",
        plural: "leases",
        kind: "Lease",
        isNamespaced: true
    )

    /// What every object has.
    public var metadata: ObjectMeta

    /// Who has it, and since when.
    public var spec: Spec

    /// An object with this metadata.
    public init(metadata: ObjectMeta, spec: Spec) {
        self.metadata = metadata
        self.spec = spec
    }

    /// Who has it, and since when.
    ///
    /// Times are text as ``Timestamp/micro`` writes it. They are the holder's: nobody compares them
    /// with a clock of his own, only with what they were before.
    public struct Spec: Hashable, Sendable {
        /// Who has it; nil or empty when nobody does.
        public var holderIdentity: String?
        /// How long others wait after the last change that they saw, in seconds.
        public var leaseDurationSeconds: Int?
        /// When the holder took it.
        public var acquireTime: String?
        /// When the holder last said that it is alive.
        public var renewTime: String?
        /// How often it changed hands.
        public var leaseTransitions: Int?

        /// A lease; nobody has it unless it is said.
        public init(
            holderIdentity: String? = nil,
            leaseDurationSeconds: Int? = nil,
            acquireTime: String? = nil,
            renewTime: String? = nil,
            leaseTransitions: Int? = nil
        ) {
            self.holderIdentity = holderIdentity
            self.leaseDurationSeconds = leaseDurationSeconds
            self.acquireTime = acquireTime
            self.renewTime = renewTime
            self.leaseTransitions = leaseTransitions
        }
    }
}

extension Lease {
    /// Reads an object.
    public init(_ node: JSONNode) throws(JSONShapeError) {
        metadata = try Self.metadata(node)
        spec = try node.optional("spec").map(Spec.init) ?? Spec()
    }

    /// The whole object.
    public var json: JSONValue {
        document(["spec": spec.object])
    }
}

extension Lease.Spec {
    init(_ node: JSONNode) throws(JSONShapeError) {
        holderIdentity = try node.optional("holderIdentity")?.string()
        leaseDurationSeconds = try node.optional("leaseDurationSeconds")?.integer(in: 0...Int.max)
        acquireTime = try node.optional("acquireTime")?.string()
        renewTime = try node.optional("renewTime")?.string()
        leaseTransitions = try node.optional("leaseTransitions")?.integer(in: 0...Int.max)
    }

    fileprivate var object: JSONObject {
        var object = JSONObject()
        object["holderIdentity"] = holderIdentity.map(JSONValue.string)
        object["leaseDurationSeconds"] = leaseDurationSeconds.map(JSONValue.integer)
        object["acquireTime"] = acquireTime.map(JSONValue.string)
        object["renewTime"] = renewTime.map(JSONValue.string)
        object["leaseTransitions"] = leaseTransitions.map(JSONValue.integer)
        return object
    }
}
