// SPDX-License-Identifier: Apache-2.0

package import Addressing
package import HostAPI
package import JSON
package import PCI

/// One function that is, or is to be, behind a port of the card.
///
/// The standalone host agent's counterpart of the Netdev resource; kept as one JSON file each.
package struct NetdevRecord: Hashable, Sendable {
    /// The function.
    package var function: PCIAddress
    /// The network's name.
    package var network: String
    /// The function's own MAC address.
    package var mac: MACAddress
    /// The pod's addresses with the subnets' lengths.
    package var addresses: [IPPrefix]
    /// The container that has it; nil while only allocated.
    package var holder: Holder?
    /// Whether the port should be; false while it is being removed.
    package var isWanted: Bool
    /// Since when it is as it is, in seconds since 1970.
    package var since: Int

    /// A container's interface.
    package struct Holder: Hashable, Sendable {
        /// The runtime's id of the sandbox.
        package var containerID: String
        /// The interface's name in the pod.
        package var interfaceName: String
        /// The pod as `namespace/name`, for people; empty outside Kubernetes.
        package var pod: String
        /// The pod's UID, empty outside Kubernetes.
        package var podUID: String

        /// Whether both are the same interface of the same container.
        func isSame(as other: Holder) -> Bool {
            containerID == other.containerID && interfaceName == other.interfaceName
        }
    }
}

extension NetdevRecord {
    /// Whether both ask the same of the card: who holds the function is not the card's business.
    func wantsSamePort(as other: NetdevRecord) -> Bool {
        function == other.function && network == other.network && mac == other.mac
            && isWanted == other.isWanted
    }

    /// Whether both are the same wish of the same holder, whatever addresses it has by now.
    func isSame(as other: NetdevRecord) -> Bool {
        wantsSamePort(as: other) && holder == other.holder
    }

    /// The file's text.
    package var json: JSONValue {
        [
            "version": 1,
            "function": .string(function.description),
            "network": .string(network),
            "macAddress": .string(mac.description),
            "addresses": .array(addresses.map { .string($0.description) }),
            "isWanted": .bool(isWanted),
            "since": JSONValue(integerLiteral: since),
            "holder": holder?.json ?? .null,
        ]
    }

    /// Reads the file's text; keys of a newer version are ignored.
    package init(_ node: JSONNode) throws(JSONShapeError) {
        _ = try node.required("version").integer(in: 1...1)
        function = try node.required("function").parsed(as: "a PCI address") { PCIAddress($0) }
        network = try node.required("network").text()
        mac = try node.required("macAddress").parsed(as: "a MAC address") { MACAddress($0) }
        addresses = []
        for address in try node.required("addresses").elements() {
            addresses.append(try address.parsed(as: "a CIDR") { IPPrefix($0) })
        }
        isWanted = try node.required("isWanted").bool()
        since = try node.required("since").integer(in: 0...Int.max)
        holder = try node.optional("holder").map(Holder.init(_:))
    }
}

extension NetdevRecord.Holder {
    fileprivate var json: JSONValue {
        [
            "containerID": .string(containerID),
            "interfaceName": .string(interfaceName),
            "pod": .string(pod),
            "podUID": .string(podUID),
        ]
    }

    init(_ node: JSONNode) throws(JSONShapeError) {
        containerID = try node.required("containerID").text()
        interfaceName = try node.required("interfaceName").text()
        pod = try node.required("pod").string()
        podUID = try node.required("podUID").string()
    }

    /// The holder that a request names.
    package init(_ request: AttachRequest) {
        containerID = request.containerID
        interfaceName = request.interfaceName
        pod = request.pod.map { "\($0.namespace)/\($0.name)" } ?? ""
        podUID = request.pod?.uid ?? ""
    }
}
