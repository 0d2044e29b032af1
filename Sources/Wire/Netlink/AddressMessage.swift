// SPDX-License-Identifier: Apache-2.0

public import Addressing
import Bytes

/// How far an address or route reaches.
///
/// Source: linux/rtnetlink.h, `enum rt_scope_t`.
public struct RouteScope: RawRepresentable, Hashable, Sendable {
    /// The number on the wire.
    public let rawValue: UInt8

    /// A scope by its number.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// Everywhere.
    public static let universe = RouteScope(rawValue: 0)
    /// Directly on the link.
    public static let link = RouteScope(rawValue: 253)
    /// Within this machine.
    public static let host = RouteScope(rawValue: 254)
}

/// What is special about an address.
///
/// Source: linux/if_addr.h, `IFA_F_*`.
public struct AddressFlags: OptionSet, Hashable, Sendable {
    /// The bits on the wire.
    public let rawValue: UInt32

    /// Flags by their bits.
    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// No duplicate address detection, usable at once.
    public static let withoutDetection = AddressFlags(rawValue: 0x2)
    /// Duplicate address detection has found a duplicate.
    public static let duplicate = AddressFlags(rawValue: 0x8)
    /// Duplicate address detection has not finished.
    public static let tentative = AddressFlags(rawValue: 0x40)
    /// Configured by hand, without a lifetime.
    public static let permanent = AddressFlags(rawValue: 0x80)
    /// The kernel adds no route for the prefix.
    public static let withoutPrefixRoute = AddressFlags(rawValue: 0x200)
}

/// An address of a link.
///
/// | bytes | field of the fixed header |
/// |---|---|
/// | 1 | family: 2 IPv4, 10 IPv6 |
/// | 1 | prefix length |
/// | 1 | the low eight flags |
/// | 1 | scope |
/// | 4 | index of the link |
///
/// Source: linux/if_addr.h, `struct ifaddrmsg`, `IFA_*`.
public struct AddressMessage: Sendable, Hashable {
    /// The link's number.
    public var link: UInt32
    /// The address with its prefix length (`IFA_LOCAL` and `IFA_ADDRESS`).
    public var prefix: IPPrefix
    /// The broadcast address, IPv4 only (`IFA_BROADCAST`).
    public var broadcast: IPAddress?
    /// What is special about it (`IFA_FLAGS`).
    public var flags: AddressFlags
    /// How far it reaches.
    public var scope: RouteScope

    /// An address for the link numbered `link`.
    public init(
        link: UInt32,
        prefix: IPPrefix,
        broadcast: IPAddress? = nil,
        flags: AddressFlags = [],
        scope: RouteScope = .universe
    ) {
        self.link = link
        self.prefix = prefix
        self.broadcast = broadcast
        self.flags = flags
        self.scope = scope
    }

    /// The question for all addresses of one link.
    public static func dump(link: UInt32) -> NetlinkMessage {
        NetlinkMessage(.getAddress, .dump, header: header(0, 0, 0, 0, link))
    }

    /// The message of `type` that carries this value.
    public func message(_ type: MessageType, _ flags: MessageFlags = []) -> NetlinkMessage {
        let octets = prefix.address.octets
        var attributes = [Attribute(2, bytes: octets), Attribute(1, bytes: octets)]
        if let broadcast { attributes.append(Attribute(4, bytes: broadcast.octets)) }
        if !self.flags.isEmpty { attributes.append(Attribute(8, self.flags.rawValue)) }
        let header = Self.header(
            prefix.address.family.number,
            UInt8(clamping: prefix.length),
            UInt8(truncatingIfNeeded: self.flags.rawValue),
            scope.rawValue,
            link
        )
        return NetlinkMessage(type, flags, header: header, attributes: attributes)
    }

    /// Reads the payload of a ``MessageType/newAddress``; nil for a family other than IP.
    ///
    /// - Throws: ``NetlinkError`` when a length does not fit.
    public init?(decoding payload: Span<UInt8>) throws(NetlinkError) {
        var fixed = FixedHeader(payload, of: "address")
        let number = try fixed.uint8()
        let length = Int(try fixed.uint8())
        flags = AddressFlags(rawValue: UInt32(try fixed.uint8()))
        scope = RouteScope(rawValue: try fixed.uint8())
        link = try fixed.uint32()
        guard let family = IPAddress.Family(number: number) else { return nil }
        var local: IPAddress?
        var peer: IPAddress?
        var attributes = fixed.attributes()
        while let attribute = try attributes.next() {
            switch attribute.type {
            case 1: peer = try attribute.address(family)
            case 2: local = try attribute.address(family)
            case 4: broadcast = try attribute.address(family)
            case 8: flags = AddressFlags(rawValue: try attribute.integer())
            default: break
            }
        }
        // IPv6 has only the one; on a point-to-point link the other is the peer's.
        guard let address = local ?? peer, let prefix = IPPrefix(address, length: length) else {
            throw .badAddress(attribute: 1)
        }
        self.prefix = prefix
    }

    private static func header(
        _ family: UInt8,
        _ length: UInt8,
        _ flags: UInt8,
        _ scope: UInt8,
        _ link: UInt32
    ) -> [UInt8] {
        var writer = ByteWriter(capacity: 8)
        writer.append([family, length, flags, scope])
        writer.native(link)
        return writer.take()
    }
}

extension IPAddress.Family {
    /// The family's number (`AF_INET`, `AF_INET6`).
    var number: UInt8 {
        switch self {
        case .v4: 2
        case .v6: 10
        }
    }

    init?(number: UInt8) {
        switch number {
        case 2: self = .v4
        case 10: self = .v6
        default: return nil
        }
    }
}

extension ReceivedAttribute {
    /// An address of exactly the family's size.
    func address(_ family: IPAddress.Family) throws(NetlinkError) -> IPAddress {
        guard let address = IPAddress(octets: payload), address.family == family else {
            throw .badAddress(attribute: type)
        }
        return address
    }
}
