// SPDX-License-Identifier: Apache-2.0

import Bytes

/// A link as rtnetlink tells about it, or what is to change about one.
///
/// Fields that are nil are not sent and were not received.
///
/// | bytes | field of the fixed header |
/// |---|---|
/// | 1 | family, 0 |
/// | 1 | padding |
/// | 2 | hardware kind |
/// | 4 | index, 0 for none |
/// | 4 | flags |
/// | 4 | which flags to change |
///
/// Source: linux/rtnetlink.h `struct ifinfomsg`, linux/if_link.h `IFLA_*`.
public struct LinkMessage: Sendable, Hashable {
    /// The hardware kind; 1 is Ethernet.
    public var hardware: UInt16 = 0
    /// The number of the link in its namespace, 0 for none.
    public var index: Int32 = 0
    /// The flags that are set.
    public var flags: LinkFlags = []
    /// In a request, which flags to change.
    public var changed: LinkFlags = []

    /// The hardware address (`IFLA_ADDRESS`).
    public var address: [UInt8]?
    /// The name, at most 15 bytes (`IFLA_IFNAME`).
    public var name: String?
    /// The largest packet in bytes (`IFLA_MTU`).
    public var mtu: UInt32?
    /// The link below or the veth peer (`IFLA_LINK`).
    public var lower: Int32?
    /// The bridge or bond it belongs to, 0 for none (`IFLA_MASTER`).
    public var master: UInt32?
    /// Operational state by RFC 2863; 6 is up (`IFLA_OPERSTATE`).
    public var operationalState: UInt8?
    /// The driver kind, `veth` or `bridge` (`IFLA_LINKINFO`, `IFLA_INFO_KIND`).
    public var kind: String?
    /// Settings of the kind, to create one (`IFLA_INFO_DATA`).
    public var kindSettings: [Attribute]?
    /// Free text that stays with the device (`IFLA_IFALIAS`).
    public var alias: String?
    /// What the link has counted; only received (`IFLA_STATS64`).
    public var counters: LinkCounters?
    /// How the link makes IPv6 addresses for itself; only sent (`IFLA_INET6_ADDR_GEN_MODE`).
    public var addressGeneration: AddressGeneration?
    /// A namespace to move to, by descriptor (`IFLA_NET_NS_FD`).
    public var namespace: Int32?
    /// What a get request wants or not (`IFLA_EXT_MASK`).
    public var extent: LinkExtent?
    /// 1 when there is a carrier (`IFLA_CARRIER`).
    public var carrier: UInt8?
    /// The namespace of ``lower``, as numbered in this one (`IFLA_LINK_NETNSID`).
    public var lowerNamespace: Int32?
    /// The port's name on its switch (`IFLA_PHYS_PORT_NAME`).
    public var portName: String?
    /// The switch the port is part of (`IFLA_PHYS_SWITCH_ID`).
    public var switchID: [UInt8]?
    /// The index to take in the namespace moved to (`IFLA_NEW_IFINDEX`).
    public var newIndex: UInt32?
    /// More names (`IFLA_PROP_LIST`, `IFLA_ALT_IFNAME`).
    public var alternativeNames: [String] = []
    /// The address burnt in (`IFLA_PERM_ADDRESS`).
    public var permanentAddress: [UInt8]?
    /// The device behind the link, for PCI its address (`IFLA_PARENT_DEV_NAME`).
    public var parentDevice: String?
    /// The bus of that device (`IFLA_PARENT_DEV_BUS_NAME`).
    public var parentBus: String?

    /// A message about the link numbered `index`, or about none yet.
    public init(index: Int32 = 0) {
        self.index = index
    }

    /// The message of `type` that carries this value.
    public func message(_ type: MessageType, _ flags: MessageFlags = []) -> NetlinkMessage {
        NetlinkMessage(type, flags, header: header, attributes: attributes)
    }

    /// The fixed header, 16 bytes.
    public var header: [UInt8] {
        var writer = ByteWriter(capacity: 16)
        writer.zeros(2)
        writer.native(hardware)
        writer.native(UInt32(bitPattern: index))
        writer.native(flags.rawValue)
        writer.native(changed.rawValue)
        return writer.take()
    }
}

/// A link's switches and conditions.
///
/// Source: linux/if.h, `enum net_device_flags`.
public struct LinkFlags: OptionSet, Hashable, Sendable {
    /// The bits on the wire.
    public let rawValue: UInt32

    /// Flags by their bits.
    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// Switched on by an administrator.
    public static let up = LinkFlags(rawValue: 0x1)
    /// Able to broadcast.
    public static let broadcast = LinkFlags(rawValue: 0x2)
    /// The loopback link.
    public static let loopback = LinkFlags(rawValue: 0x8)
    /// Up and able to carry packets.
    public static let running = LinkFlags(rawValue: 0x40)
    /// Takes in packets for any address.
    public static let promiscuous = LinkFlags(rawValue: 0x100)
    /// The driver sees a carrier.
    public static let lowerUp = LinkFlags(rawValue: 0x10000)
}

/// How much a get request wants to know.
///
/// Source: linux/rtnetlink.h, `RTEXT_FILTER_*`.
public struct LinkExtent: OptionSet, Hashable, Sendable {
    /// The bits on the wire.
    public let rawValue: UInt32

    /// An extent by its bits.
    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// Every VF of the link; drivers need 1-2 ms for each.
    public static let virtualFunctions = LinkExtent(rawValue: 1)
    /// No counters.
    public static let withoutStatistics = LinkExtent(rawValue: 8)
}
