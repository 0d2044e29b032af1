// SPDX-License-Identifier: Apache-2.0

public import Addressing
import Netlink

/// A network device as it stood in one namespace at one moment.
public struct Link: Hashable, Sendable {
    /// Its number in that namespace; a move may change it.
    public let index: Int32
    /// Its name there, at most 15 bytes.
    public let name: String
    /// More names it answers to.
    public let alternativeNames: [String]
    /// The hardware address in use, nil when it is not an Ethernet one.
    public let mac: MACAddress?
    /// The hardware address burnt in; veth pairs have none.
    public let permanentMAC: MACAddress?
    /// The largest packet, in bytes.
    public let mtu: UInt32
    /// Whether an administrator switched it on.
    public let isUp: Bool
    /// Whether the driver sees a carrier.
    public let hasCarrier: Bool
    /// Whether packets can flow (RFC 2863).
    public let isOperational: Bool
    /// Free text that stays with the device through renames and moves.
    public let alias: String?
    /// The device behind it; for a PCI function the PCI address.
    public let parentDevice: String?
    /// The bus of that device: `pci`, `virtio`, `auxiliary`.
    public let parentBus: String?
    /// The kind of a software device: `veth`, `bridge`.
    public let kind: String?
    /// The number of the bridge or bond it belongs to.
    public let master: Int32?
    /// The number of the device below it, or of the other end of a veth pair.
    public let lower: Int32?
    /// The namespace of ``lower`` as this one numbers it, nil when it is the same one.
    public let lowerNamespace: Int32?
    /// The name of the port on its switch: `pf0vf3` on a representor.
    public let portName: String?
    /// The switch the port is part of.
    public let switchID: [UInt8]?
}

extension Link {
    init(_ message: LinkMessage) {
        index = message.index
        name = message.name ?? ""
        alternativeNames = message.alternativeNames
        mac = message.address.flatMap { MACAddress(octets: $0) }
        permanentMAC = message.permanentAddress.flatMap { MACAddress(octets: $0) }
        mtu = message.mtu ?? 0
        isUp = message.flags.contains(.up)
        hasCarrier = message.flags.contains(.lowerUp)
        isOperational = message.operationalState == 6
        alias = message.alias
        parentDevice = message.parentDevice
        parentBus = message.parentBus
        kind = message.kind
        master = message.master.flatMap { Int32(exactly: $0) }.flatMap { $0 == 0 ? nil : $0 }
        lower = message.lower
        lowerNamespace = message.lowerNamespace
        portName = message.portName
        switchID = message.switchID
    }
}
