// SPDX-License-Identifier: Apache-2.0

public import Addressing
public import JSON
public import PCI

/// One function that is attached, or being attached, to a pod.
///
/// The host agent writes the spec, the agent of the card the status.
public struct Netdev: Resource {
    /// `netdevs` of our group, in namespaces.
    public static let type = ResourceType.own("Netdev", plural: "netdevs", isNamespaced: true)

    /// Held by the card's agent until the port is gone.
    public static let portFinalizer = "xpu.opiproject.org/port"

    /// What every object has.
    public var metadata: ObjectMeta

    /// What should be.
    public var spec: Spec

    /// What is.
    public var status: Status

    /// An object with this metadata.
    public init(metadata: ObjectMeta, spec: Spec, status: Status = Status()) {
        self.metadata = metadata
        self.spec = spec
        self.status = status
    }

    /// A new object under the name and the labels that follow from its spec.
    public init(namespace: String, spec: Spec) {
        let labels = [
            Labels.node: Labels.hash(spec.nodeName), Labels.xpu: Labels.hash(spec.xpuRef),
        ]
        let name = Self.name(node: spec.nodeName, function: spec.pciAddress)
        metadata = ObjectMeta(name: name, namespace: namespace, labels: labels)
        self.spec = spec
        status = Status()
    }

    /// The name of a function's object, `worker-1.0000-3b-00-2`: a function has one at most.
    public static func name(node: String, function: PCIAddress) -> String {
        let function = function.description.map { $0 == ":" || $0 == "." ? "-" : $0 }
        return "\(node).\(String(function))"
    }
}

extension Netdev {
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

extension Netdev {
    /// Which function, for whom, in which network.
    public struct Spec: Hashable, Sendable {
        /// The node that has the function.
        public var nodeName: String
        /// The name of the XPU behind the function.
        public var xpuRef: String
        /// Where the function is on its node.
        public var pciAddress: PCIAddress
        /// What kind of function it is.
        public var backend: Backend
        /// The function's hardware address.
        public var macAddress: MACAddress
        /// MTU in the pod, 68 to 65535; nil to keep the function's own.
        public var mtu: UInt32?
        /// The name of the DPUNetwork.
        public var networkRef: String
        /// What the interface is to the pod.
        public var interfaceRole: InterfaceRole
        /// The pod; nil before it is known.
        public var podRef: PodReference?
        /// The container that the runtime named, at most 253 characters.
        public var containerID: String?
        /// The interface's name in the pod, at most 15 characters.
        public var ifName: String?

        /// A spec; what has a default is a secondary VF.
        public init(
            nodeName: String,
            xpuRef: String,
            pciAddress: PCIAddress,
            backend: Backend = .vf,
            macAddress: MACAddress,
            mtu: UInt32? = nil,
            networkRef: String,
            interfaceRole: InterfaceRole = .secondary,
            podRef: PodReference? = nil,
            containerID: String? = nil,
            ifName: String? = nil
        ) {
            self.nodeName = nodeName
            self.xpuRef = xpuRef
            self.pciAddress = pciAddress
            self.backend = backend
            self.macAddress = macAddress
            self.mtu = mtu
            self.networkRef = networkRef
            self.interfaceRole = interfaceRole
            self.podRef = podRef
            self.containerID = containerID
            self.ifName = ifName
        }
    }

    /// What kind of function it is.
    public enum Backend: String, Hashable, Sendable, CaseIterable {
        /// A virtual function of SR-IOV.
        case vf = "VF"
        /// A scalable function.
        case sf = "SF"
    }

    /// A pod.
    public struct PodReference: Hashable, Sendable {
        /// Where it lives.
        public var namespace: String
        /// Its name there.
        public var name: String
        /// Unique in time.
        public var uid: String

        /// A pod.
        public init(namespace: String, name: String, uid: String) {
            self.namespace = namespace
            self.name = name
            self.uid = uid
        }
    }
}

extension Netdev.Spec {
    init(_ node: JSONNode) throws(JSONShapeError) {
        nodeName = try node.required("nodeName").text(longest: 253)
        xpuRef = try node.required("xpuRef").text(longest: 253)
        pciAddress = try node.required("pciAddress").function()
        backend = try node.optional("backend")?.word() ?? .vf
        macAddress = try node.required("macAddress").parsed(as: "a MAC") { MACAddress($0) }
        mtu = try node.optional("mtu")?.integer(in: UInt32(68)...65_535)
        networkRef = try node.required("networkRef").text(longest: 253)
        interfaceRole = try node.optional("interfaceRole")?.word() ?? .secondary
        podRef = try node.optional("podRef").map(Netdev.PodReference.init)
        containerID = try node.optional("containerID")?.text(longest: 253)
        ifName = try node.optional("ifName")?.text(longest: 15)
    }

    fileprivate var object: JSONObject {
        var object: JSONObject = [
            "nodeName": .string(nodeName),
            "xpuRef": .string(xpuRef),
            "pciAddress": .described(pciAddress),
            "backend": .string(backend.rawValue),
            "macAddress": .described(macAddress),
        ]
        object["mtu"] = mtu.map(JSONValue.integer)
        object["networkRef"] = .string(networkRef)
        object["interfaceRole"] = .string(interfaceRole.rawValue)
        object["podRef"] = podRef?.json
        object["containerID"] = containerID.flatMap(JSONValue.text)
        object["ifName"] = ifName.flatMap(JSONValue.text)
        return object
    }
}

extension Netdev.PodReference {
    init(_ node: JSONNode) throws(JSONShapeError) {
        namespace = try node.required("namespace").text()
        name = try node.required("name").text()
        uid = try node.required("uid").string()
    }

    fileprivate var json: JSONValue {
        .object(["namespace": .string(namespace), "name": .string(name), "uid": .string(uid)])
    }
}
