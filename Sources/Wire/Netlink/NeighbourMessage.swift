// SPDX-License-Identifier: Apache-2.0

public import Addressing
import Bytes

/// Which hardware address an IP address has on a link.
///
/// | bytes | field of the fixed header |
/// |---|---|
/// | 1 | family |
/// | 3 | padding |
/// | 4 | index of the link |
/// | 2 | state |
/// | 1 | flags |
/// | 1 | type |
///
/// Source: linux/neighbour.h, `struct ndmsg`, `NDA_*`.
public struct NeighbourMessage: Sendable, Hashable {
    /// The link's number.
    public var link: Int32
    /// The neighbour (`NDA_DST`).
    public var address: IPAddress
    /// Its hardware address, nil while it is not known (`NDA_LLADDR`).
    public var hardware: MACAddress?
    /// 0x80 permanent, 0x40 needs no resolution, 2 reachable, 4 stale.
    public var state: UInt16

    /// A neighbour; permanent unless said otherwise.
    public init(
        link: Int32,
        address: IPAddress,
        hardware: MACAddress?,
        state: UInt16 = 0x80
    ) {
        self.link = link
        self.address = address
        self.hardware = hardware
        self.state = state
    }

    /// The message of `type` that carries this value.
    public func message(_ type: MessageType, _ flags: MessageFlags = []) -> NetlinkMessage {
        var header = ByteWriter(capacity: 12)
        header.byte(address.family.number)
        header.zeros(3)
        header.native(UInt32(bitPattern: link))
        header.native(state)
        header.zeros(2)
        var attributes = [Attribute(1, bytes: address.octets)]
        if let hardware { attributes.append(Attribute(2, bytes: hardware.octets)) }
        return NetlinkMessage(type, flags, header: header.take(), attributes: attributes)
    }

    /// Reads the payload of a ``MessageType/newNeighbour``; nil for a family other than IP.
    ///
    /// - Throws: ``NetlinkError`` when a length does not fit.
    public init?(decoding payload: Span<UInt8>) throws(NetlinkError) {
        var fixed = FixedHeader(payload, of: "neighbour")
        let number = try fixed.uint8()
        try fixed.skip(3)
        link = try fixed.int32()
        state = try fixed.uint16()
        try fixed.skip(2)
        guard let family = IPAddress.Family(number: number) else { return nil }
        var found: IPAddress?
        var attributes = fixed.attributes()
        while let attribute = try attributes.next() {
            switch attribute.type {
            case 1: found = try attribute.address(family)
            case 2: hardware = MACAddress(octets: attribute.payload)
            default: break
            }
        }
        guard let found else { throw .badAddress(attribute: 1) }
        address = found
    }
}
