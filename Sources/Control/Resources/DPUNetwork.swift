// SPDX-License-Identifier: Apache-2.0

public import Addressing
public import JSON
public import PCI

/// A network that an administrator offers to pods.
public struct DPUNetwork: Resource {
    /// `dpunetworks` of our group, of the whole cluster.
    public static let type =
        ResourceType.own("DPUNetwork", plural: "dpunetworks", isNamespaced: false)

    /// What every object has.
    public var metadata: ObjectMeta

    /// What should be.
    public var spec: Spec

    /// An object with this metadata.
    public init(metadata: ObjectMeta, spec: Spec) {
        self.metadata = metadata
        self.spec = spec
    }

    /// Whether a node with these labels has the network.
    public func selects(_ nodeLabels: [String: String]) -> Bool {
        spec.nodeSelector.allSatisfy { nodeLabels[$0.key] == $0.value }
    }

    /// Whether this one gets a function that both select: the higher priority, then the older,
    /// then the first by name.
    public func outranks(_ other: DPUNetwork) -> Bool {
        if spec.priority != other.spec.priority { return spec.priority > other.spec.priority }
        // The server writes RFC 3339 in UTC without fractions: text order is that of time.
        return (metadata.creationTimestamp, metadata.name)
            < (other.metadata.creationTimestamp, other.metadata.name)
    }
}

extension DPUNetwork {
    /// Reads an object.
    public init(_ node: JSONNode) throws(JSONShapeError) {
        metadata = try Self.metadata(node)
        spec = try Spec(node.required("spec"))
    }

    /// The whole object.
    public var json: JSONValue {
        document(["spec": spec.object])
    }
}

extension DPUNetwork {
    /// Which functions of which nodes, and what stands behind them.
    public struct Spec: Hashable, Sendable {
        /// Of two networks that select one function, the higher gets it.
        public var priority: Int
        /// Labels a node must have; empty for every node.
        public var nodeSelector: [String: String]
        /// The functions that belong to the network, on each node.
        public var pciAddresses: [PCIAddress]
        /// The extended resource that pods ask for; nil when it is not advertised.
        public var resourceName: String?
        /// What an interface is to its pod.
        public var interfaceRole: InterfaceRole
        /// MTU in the pod, 68 to 65535; nil to keep the function's own.
        public var mtu: UInt32?
        /// VLAN of the logical bridge, 1 to 4094.
        public var vlan: UInt32
        /// VXLAN network identifier of the logical bridge, 1 to 16777215; nil without an overlay.
        public var vni: UInt32?
        /// Where addresses come from, one of each wanted family at most.
        public var subnets: [Subnet]
        /// Routes in the pod; nil for a default route through each gateway, empty for none.
        public var routes: [PodRoute]?

        /// A spec; what has a default is a secondary network of every node.
        public init(
            priority: Int = 0,
            nodeSelector: [String: String] = [:],
            pciAddresses: [PCIAddress],
            resourceName: String? = nil,
            interfaceRole: InterfaceRole = .secondary,
            mtu: UInt32? = nil,
            vlan: UInt32,
            vni: UInt32? = nil,
            subnets: [Subnet] = [],
            routes: [PodRoute]? = nil
        ) {
            self.priority = priority
            self.nodeSelector = nodeSelector
            self.pciAddresses = pciAddresses
            self.resourceName = resourceName
            self.interfaceRole = interfaceRole
            self.mtu = mtu
            self.vlan = vlan
            self.vni = vni
            self.subnets = subnets
            self.routes = routes
        }
    }

    /// A range of addresses.
    public struct Subnet: Hashable, Sendable {
        /// The range.
        public var cidr: IPPrefix
        /// The router, never given to a pod.
        public var gateway: IPAddress?
        /// Ranges that are not ours to give.
        public var exclude: [IPPrefix]
        /// The length of the block that a node takes; nil when one node has all.
        public var perNodeBlock: Int?

        /// A range of addresses.
        public init(
            cidr: IPPrefix,
            gateway: IPAddress? = nil,
            exclude: [IPPrefix] = [],
            perNodeBlock: Int? = nil
        ) {
            self.cidr = cidr
            self.gateway = gateway
            self.exclude = exclude
            self.perNodeBlock = perNodeBlock
        }
    }
}
