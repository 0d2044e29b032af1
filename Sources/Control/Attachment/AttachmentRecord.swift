// SPDX-License-Identifier: Apache-2.0

public import Addressing
import JSON
public import PCI

/// What is known of a function that left, or is about to leave, its home namespace.
///
/// Written before the first change to the function; removed only after it is home again.
public struct AttachmentRecord: Hashable, Sendable {
    /// The function.
    public var function: PCIAddress
    /// The runtime's id of the sandbox.
    public var containerID: String
    /// The interface's name in the pod.
    public var interfaceName: String
    /// Path of the pod's network namespace.
    public var networkNamespace: String
    /// The interface's name at home.
    public var homeName: String
    /// The function's own MAC address.
    public var mac: MACAddress
    /// The MTU it has at home.
    public var mtu: UInt32
    /// Whether it is switched on at home.
    public var wasUp: Bool
    /// Whether ADD has answered with success.
    public var isComplete: Bool
    /// Addresses that ADD put on the interface.
    public var addresses: [IPPrefix]

    /// A record of an ADD that has changed nothing yet.
    public init(
        function: PCIAddress,
        containerID: String,
        interfaceName: String,
        networkNamespace: String,
        homeName: String,
        mac: MACAddress,
        mtu: UInt32,
        wasUp: Bool = false
    ) {
        self.function = function
        self.containerID = containerID
        self.interfaceName = interfaceName
        self.networkNamespace = networkNamespace
        self.homeName = homeName
        self.mac = mac
        self.mtu = mtu
        self.wasUp = wasUp
        isComplete = false
        addresses = []
    }

    /// Whether the record is of this interface of this container.
    public func isOf(containerID: String, interfaceName: String) -> Bool {
        self.containerID == containerID && self.interfaceName == interfaceName
    }
}

extension AttachmentRecord {
    /// A home name nobody else has: `vf` and the digits of the PCI address, 11 characters.
    public static func spareName(for function: PCIAddress) -> String {
        "vf" + function.description.filter { $0 != ":" && $0 != "." }
    }

    /// The file's text.
    var json: JSONValue {
        [
            "version": 1,
            "function": .string(function.description),
            "containerID": .string(containerID),
            "interfaceName": .string(interfaceName),
            "networkNamespace": .string(networkNamespace),
            "homeName": .string(homeName),
            "macAddress": .string(mac.description),
            "mtu": JSONValue(integerLiteral: Int(mtu)),
            "wasUp": .bool(wasUp),
            "isComplete": .bool(isComplete),
            "addresses": .array(addresses.map { .string($0.description) }),
        ]
    }

    /// Reads the file's text; keys of a newer version are ignored.
    init(_ node: JSONNode) throws(JSONShapeError) {
        _ = try node.required("version").integer(in: 1...1)
        function = try node.required("function").parsed(as: "a PCI address") { PCIAddress($0) }
        containerID = try node.required("containerID").text()
        interfaceName = try node.required("interfaceName").text()
        networkNamespace = try node.required("networkNamespace").text()
        homeName = try node.required("homeName").text()
        mac = try node.required("macAddress").parsed(as: "a MAC address") { MACAddress($0) }
        mtu = UInt32(try node.required("mtu").integer(in: 0...Int(Int32.max)))
        wasUp = try node.optional("wasUp")?.bool() ?? false
        isComplete = try node.required("isComplete").bool()
        addresses = []
        for address in try node.required("addresses").elements() {
            addresses.append(try address.parsed(as: "a CIDR") { IPPrefix($0) })
        }
    }
}
