// SPDX-License-Identifier: Apache-2.0

public import Addressing
import Bytes

/// A route.
///
/// | bytes | field of the fixed header |
/// |---|---|
/// | 1 | family |
/// | 1, 1 | prefix lengths of destination and source |
/// | 1 | type of service |
/// | 1 | table, if it is below 256 |
/// | 1 | protocol: who made the route |
/// | 1 | scope |
/// | 1 | type: 1 unicast |
/// | 4 | flags |
///
/// Source: linux/rtnetlink.h, `struct rtmsg`, `RTA_*`.
public struct RouteMessage: Sendable, Hashable {
    /// Where to; its length is 0 for a default route (`RTA_DST`).
    public var destination: IPPrefix
    /// The next hop (`RTA_GATEWAY`).
    public var gateway: IPAddress?
    /// The link to send through (`RTA_OIF`).
    public var link: UInt32?
    /// The table; 254 is the main one (`RTA_TABLE`).
    public var table: UInt32 = 254
    /// Lower wins (`RTA_PRIORITY`).
    public var priority: UInt32?
    /// The address to send from (`RTA_PREFSRC`).
    public var source: IPAddress?
    /// The largest packet in bytes (`RTAX_MTU`).
    public var mtu: UInt32?
    /// The largest TCP segment to ask for, in bytes (`RTAX_ADVMSS`).
    public var segmentSize: UInt32?
    /// How far it reaches.
    public var scope: RouteScope = .universe
    /// Who made it: 2 kernel, 3 boot, 4 static.
    public var maker: UInt8 = 4
    /// What it does with packets: 1 unicast.
    public var kind: UInt8 = 1
    /// 4: the gateway is on the link whatever the addresses say (`RTNH_F_ONLINK`).
    public var flags: UInt32 = 0

    /// A route to `destination`.
    public init(to destination: IPPrefix) {
        self.destination = destination
    }

    /// The route's gateway is reached directly although no prefix covers it.
    public static let onLink: UInt32 = 4

    /// The question for all routes of one family, as far as the kernel filters those of one link.
    public static func dump(_ family: IPAddress.Family, link: UInt32) -> NetlinkMessage {
        let header = [family.number] + [UInt8](repeating: 0, count: 11)
        return NetlinkMessage(.getRoute, .dump, header: header, attributes: [Attribute(4, link)])
    }

    /// The message of `type` that carries this value.
    public func message(_ type: MessageType, _ flags: MessageFlags = []) -> NetlinkMessage {
        var header = ByteWriter(capacity: 12)
        header.byte(destination.address.family.number)
        header.byte(UInt8(clamping: destination.length))
        header.zeros(2)
        header.byte(table < 256 ? UInt8(truncatingIfNeeded: table) : 0)
        header.append([maker, scope.rawValue, kind])
        header.native(self.flags)
        return NetlinkMessage(type, flags, header: header.take(), attributes: attributes)
    }

    private var attributes: [Attribute] {
        let limits = [
            mtu.map { Attribute(2, $0) },
            segmentSize.map { Attribute(8, $0) },
        ].compactMap(\.self)
        let optional: [Attribute?] = [
            destination.length == 0 ? nil : Attribute(1, bytes: destination.network.octets),
            gateway.map { Attribute(5, bytes: $0.octets) },
            priority.map { Attribute(6, $0) },
            link.map { Attribute(4, $0) },
            source.map { Attribute(7, bytes: $0.octets) },
            limits.isEmpty ? nil : Attribute(8, nest: limits),
            table < 256 ? nil : Attribute(15, table),
        ]
        return optional.compactMap(\.self)
    }

    /// Reads the payload of a ``MessageType/newRoute``; nil for a family other than IP.
    ///
    /// - Throws: ``NetlinkError`` when a length does not fit.
    public init?(decoding payload: Span<UInt8>) throws(NetlinkError) {
        var fixed = FixedHeader(payload, of: "route")
        let number = try fixed.uint8()
        let length = Int(try fixed.uint8())
        try fixed.skip(2)
        let table = UInt32(try fixed.uint8())
        let maker = try fixed.uint8()
        let scope = RouteScope(rawValue: try fixed.uint8())
        let kind = try fixed.uint8()
        let flags = try fixed.uint32()
        guard let family = IPAddress.Family(number: number) else { return nil }
        let any: IPAddress = family == .v4 ? .v4(0) : .v6(0)
        guard let unspecified = IPPrefix(any, length: length) else {
            throw .badAddress(attribute: 1)
        }
        self.init(to: unspecified)
        (self.table, self.maker, self.scope) = (table, maker, scope)
        (self.kind, self.flags) = (kind, flags)
        var attributes = fixed.attributes()
        while let attribute = try attributes.next() {
            try read(attribute, family)
        }
    }

    private mutating func read(
        _ attribute: ReceivedAttribute,
        _ family: IPAddress.Family
    ) throws(NetlinkError) {
        switch attribute.type {
        case 1:
            let address = try attribute.address(family)
            destination = IPPrefix(address, length: destination.length) ?? destination
        case 4: link = try attribute.integer()
        case 5: gateway = try attribute.address(family)
        case 6: priority = try attribute.integer()
        case 7: source = try attribute.address(family)
        case 8: try readLimits(attribute.nested())
        case 15: table = try attribute.integer()
        default: break
        }
    }

    private mutating func readLimits(
        _ attributes: consuming AttributeReader
    ) throws(NetlinkError) {
        while let attribute = try attributes.next() {
            switch attribute.type {
            case 2: mtu = try attribute.integer()
            case 8: segmentSize = try attribute.integer()
            default: break
            }
        }
    }
}
