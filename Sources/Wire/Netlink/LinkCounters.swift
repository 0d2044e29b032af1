// SPDX-License-Identifier: Apache-2.0

import Bytes

/// What a link has counted since it was made.
///
/// | bytes | number, in this machine's order |
/// |---|---|
/// | 8, 8 | packets received, sent |
/// | 8, 8 | bytes received, sent |
/// | 8, 8 | errors on receipt, on sending |
/// | 8, 8 | packets dropped on receipt, on sending |
/// | … | kinds of errors, not read |
///
/// Source: linux/if_link.h, `struct rtnl_link_stats64`.
public struct LinkCounters: Sendable, Hashable {
    /// One direction.
    public struct Direction: Sendable, Hashable {
        /// Packets that went through.
        public var packets: UInt64
        /// Their bytes.
        public var bytes: UInt64
        /// Packets that were damaged.
        public var errors: UInt64
        /// Packets for which there was no room, or no place to go.
        public var drops: UInt64

        /// These numbers.
        public init(
            packets: UInt64 = 0,
            bytes: UInt64 = 0,
            errors: UInt64 = 0,
            drops: UInt64 = 0
        ) {
            self.packets = packets
            self.bytes = bytes
            self.errors = errors
            self.drops = drops
        }
    }

    /// What came out of the link into this namespace.
    public var received: Direction
    /// What this namespace sent into the link.
    public var sent: Direction

    /// These numbers.
    public init(received: Direction = Direction(), sent: Direction = Direction()) {
        self.received = received
        self.sent = sent
    }

    private static let size = 64

    init(decoding attribute: borrowing ReceivedAttribute) throws(NetlinkError) {
        self.init()
        do {
            var reader = ByteReader(attribute.payload)
            received.packets = try reader.native(UInt64.self)
            sent.packets = try reader.native(UInt64.self)
            received.bytes = try reader.native(UInt64.self)
            sent.bytes = try reader.native(UInt64.self)
            received.errors = try reader.native(UInt64.self)
            sent.errors = try reader.native(UInt64.self)
            received.drops = try reader.native(UInt64.self)
            sent.drops = try reader.native(UInt64.self)
        } catch {
            let found = attribute.payload.count
            throw .wrongSize(attribute: attribute.type, wanted: Self.size, found: found)
        }
    }
}

/// How a link makes IPv6 addresses for itself.
///
/// Source: linux/if_link.h, `enum in6_addr_gen_mode`.
public enum AddressGeneration: UInt8, Hashable, Sendable {
    /// From its hardware address.
    case hardwareAddress = 0
    /// Not at all.
    case none = 1
}
