// SPDX-License-Identifier: Apache-2.0

public import Addressing
import Bytes

/// A packet that tells everybody on the link which hardware address an IP address now has.
public struct Announcement: Sendable, Hashable {
    /// The EtherType.
    public let type: UInt16
    /// The hardware address it goes to.
    public let destination: [UInt8]
    /// The packet below the Ethernet header.
    public let payload: [UInt8]

    /// Announces `address`: by gratuitous ARP (IPv4) or neighbour advertisement (IPv6).
    public init(_ address: IPAddress, at mac: MACAddress) {
        switch address {
        case .v4:
            type = 0x0806
            destination = Array(repeating: 0xff, count: 6)
            payload = Self.gratuitousARP(address.octets, mac.octets)
        case .v6:
            type = 0x86dd
            destination = [0x33, 0x33, 0, 0, 0, 1]
            payload = Self.advertisement(address.octets, mac.octets)
        }
    }

    /// A request for one's own address, the form every stack learns from.
    ///
    /// Source: RFC 826, RFC 5227 § 3.
    private static func gratuitousARP(_ address: [UInt8], _ mac: [UInt8]) -> [UInt8] {
        var writer = ByteWriter(capacity: 28)
        writer.bigEndian(UInt16(1))
        writer.bigEndian(UInt16(0x0800))
        writer.append([6, 4])
        writer.bigEndian(UInt16(1))
        writer.append(mac + address)
        writer.zeros(6)
        writer.append(address)
        return writer.take()
    }

    /// An unsolicited advertisement to all nodes that overrides what they know.
    ///
    /// Source: RFC 8200 § 3, RFC 4861 § 4.4 and § 7.2.6.
    private static func advertisement(_ address: [UInt8], _ mac: [UInt8]) -> [UInt8] {
        let allNodes: [UInt8] = [0xff, 2] + Array(repeating: 0, count: 13) + [1]
        var message = ByteWriter(capacity: 32)
        message.append([136, 0, 0, 0])
        message.bigEndian(UInt32(0x2000_0000))
        message.append(address)
        message.append([2, 1] + mac)
        var pseudoHeader = ByteWriter(capacity: 72)
        pseudoHeader.append(address + allNodes)
        pseudoHeader.bigEndian(UInt32(32))
        pseudoHeader.bigEndian(UInt32(58))
        message.patch(bigEndian: checksum(pseudoHeader.bytes + message.bytes), at: 2)
        var packet = ByteWriter(capacity: 72)
        packet.bigEndian(UInt32(0x6000_0000))
        packet.bigEndian(UInt16(32))
        packet.append([58, 255])
        packet.append(address + allNodes + message.bytes)
        return packet.take()
    }

    /// The Internet checksum of an even number of bytes.
    ///
    /// Source: RFC 1071.
    private static func checksum(_ bytes: [UInt8]) -> UInt16 {
        var sum: UInt32 = 0
        for start in stride(from: 0, to: bytes.count, by: 2) {
            sum += UInt32(bytes[start]) << 8 | UInt32(bytes[start + 1])
        }
        while sum >> 16 != 0 { sum = sum & 0xffff + sum >> 16 }
        return ~UInt16(truncatingIfNeeded: sum)
    }
}
