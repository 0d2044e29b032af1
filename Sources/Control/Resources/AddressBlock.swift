// SPDX-License-Identifier: Apache-2.0

public import Addressing
public import JSON

/// A range of a network's addresses that one node gives out.
///
/// It is named after the range, so that creating it is the lock: the second node is told that the
/// name is taken.
public struct AddressBlock: Resource {
    /// `addressblocks` of our group, of the whole cluster.
    public static let type =
        ResourceType.own("AddressBlock", plural: "addressblocks", isNamespaced: false)

    /// What every object has.
    public var metadata: ObjectMeta

    /// Which range, and whose it is.
    public var spec: Spec

    /// An object with this metadata.
    public init(metadata: ObjectMeta, spec: Spec) {
        self.metadata = metadata
        self.spec = spec
    }

    /// A new object under the name that follows from its range.
    public init(spec: Spec) {
        metadata = ObjectMeta(name: Self.name(of: spec.cidr))
        self.spec = spec
    }

    /// Which range, and whose it is.
    public struct Spec: Hashable, Sendable {
        /// The range.
        public var cidr: IPPrefix
        /// The DPUNetwork it was taken out of.
        public var networkRef: NetworkReference
        /// The node that gives out its addresses.
        public var nodeName: String
        /// The card of that node.
        public var xpuRef: String

        /// A range of a node.
        public init(cidr: IPPrefix, networkRef: NetworkReference, nodeName: String, xpuRef: String)
        {
            self.cidr = cidr
            self.networkRef = networkRef
            self.nodeName = nodeName
            self.xpuRef = xpuRef
        }
    }

    /// A DPUNetwork; another one of the same name has another uid.
    public struct NetworkReference: Hashable, Sendable {
        /// Its name.
        public var name: String
        /// Unique in time.
        public var uid: String

        /// A network.
        public init(name: String, uid: String) {
            self.name = name
            self.uid = uid
        }
    }
}

extension AddressBlock {
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

extension AddressBlock.Spec {
    init(_ node: JSONNode) throws(JSONShapeError) {
        cidr = try node.required("cidr").prefix()
        let network = try node.required("networkRef")
        networkRef = AddressBlock.NetworkReference(
            name: try network.required("name").text(),
            uid: try network.required("uid").string()
        )
        nodeName = try node.required("nodeName").text()
        xpuRef = try node.required("xpuRef").text()
    }

    fileprivate var object: JSONObject {
        let network: JSONObject = [
            "name": .string(networkRef.name), "uid": .string(networkRef.uid),
        ]
        return [
            "cidr": .described(cidr),
            "networkRef": .object(network),
            "nodeName": .string(nodeName),
            "xpuRef": .string(xpuRef),
        ]
    }
}
