// SPDX-License-Identifier: Apache-2.0

import Addressing
import Bytes
import Netlink
import TestSupport
import Testing

/// Bytes that iproute2 6.1 sent, with its sequence numbers replaced by 1.
@Suite struct RequestTests {
    private func encoded(_ message: NetlinkMessage) throws -> String {
        var message = message
        message.flags.insert(.acknowledge)
        var writer = ByteWriter()
        try message.encode(sequence: 1, into: &writer)
        return hex(writer.bytes)
    }

    @Test func `a link is renamed with MTU and address as iproute2 does it`() throws {
        var link = LinkMessage(index: 3)
        (link.mtu, link.name) = (1400, "eth0")
        link.address = [2, 0, 0, 0, 0, 7]
        let golden = """
            40000000 1000 0500 01000000 00000000  # 64 bytes, new link, request and acknowledge
            00 00 0000 03000000 00000000 00000000 # index 3
            0a00 0100 020000000007 0000           # address, two bytes of padding
            0900 0300 6574683000 000000           # name "eth0" and its zero, three of padding
            0800 0400 78050000                    # MTU 1400
            """
        #expect(try encoded(link.message(.newLink)) == hex(hex(golden)))
    }

    @Test func `a link is switched on`() throws {
        var link = LinkMessage(index: 3)
        (link.flags, link.changed) = (.up, .up)
        let golden = hex(
            """
            20000000 1000 0500 01000000 00000000
            00 00 0000 03000000 01000000 01000000 # flag 1 set, flag 1 to change
            """
        )
        #expect(try encoded(link.message(.newLink)) == hex(golden))
    }

    @Test func `an alias has no closing zero`() throws {
        var link = LinkMessage(index: 3)
        link.alias = "opi:1"
        let golden = hex(
            """
            2c000000 1000 0500 01000000 00000000
            00 00 0000 03000000 00000000 00000000
            0900 1400 6f70693a31 000000
            """
        )
        #expect(try encoded(link.message(.newLink)) == hex(golden))
    }

    @Test func `text with a zero byte is refused, not cut`() throws {
        var link = LinkMessage()
        link.name = "eth0\0x"
        #expect(throws: NetlinkError.zeroByte(attribute: 3)) {
            _ = try encoded(link.message(.getLink))
        }
    }

    @Test func `addresses of both families`() throws {
        let four = try AddressMessage(link: 3, prefix: #require(IPPrefix("10.1.2.3/24")))
        let goldenFour = hex(
            """
            28000000 1400 0506 01000000 00000000  # create, exclusive
            02 18 00 00 03000000                  # IPv4, /24
            0800 0200 0a010203  0800 0100 0a010203
            """
        )
        #expect(try encoded(four.message(.newAddress, [.create, .exclusive])) == hex(goldenFour))
        var six = try AddressMessage(link: 3, prefix: #require(IPPrefix("fd00::5/64")))
        let goldenSix = hex(
            """
            40000000 1400 0506 01000000 00000000
            0a 40 00 00 03000000
            1400 0200 fd000000000000000000000000000005
            1400 0100 fd000000000000000000000000000005
            """
        )
        #expect(try encoded(six.message(.newAddress, [.create, .exclusive])) == hex(goldenSix))
        six.flags = .withoutDetection
        let bytes = try encoded(six.message(.newAddress))
        #expect(bytes.contains("0a400200" + "03000000"))
        #expect(bytes.hasSuffix("0800" + "0800" + "02000000"))
    }

    @Test func `a default route with an MTU differs from iproute2 only in the nest flag`() throws {
        var route = try RouteMessage(to: #require(IPPrefix("0.0.0.0/0")))
        (route.gateway, route.link) = (.v4(0x0a01_0201), 3)
        (route.mtu, route.maker) = (1300, 3)
        let golden = hex(
            """
            38000000 1800 0506 01000000 00000000
            02 00 00 00 fe 03 00 01 00000000      # main table, made at boot, unicast
            0800 0500 0a010201                    # gateway
            0800 0400 03000000                    # link 3
            0c00 0880 0800 0200 14050000          # metrics: MTU 1300; iproute2 sends 0c00 0800
            """
        )
        #expect(try encoded(route.message(.newRoute, [.create, .exclusive])) == hex(golden))
    }

    @Test func `a route with a priority and one in a table above 255`() throws {
        var six = try RouteMessage(to: #require(IPPrefix("::/0")))
        (six.gateway, six.priority, six.link, six.maker) = (IPAddress("fd00::1"), 10, 3, 3)
        let golden = hex(
            """
            40000000 1800 0506 01000000 00000000
            0a 00 00 00 fe 03 00 01 00000000
            1400 0500 fd000000000000000000000000000001
            0800 0600 0a000000  0800 0400 03000000
            """
        )
        #expect(try encoded(six.message(.newRoute, [.create, .exclusive])) == hex(golden))
        var four = try RouteMessage(to: #require(IPPrefix("10.9.0.7/16")))
        (four.link, four.table, four.scope, four.maker) = (3, 300, .link, 3)
        let goldenFour = hex(
            """
            34000000 1800 0506 01000000 00000000
            02 10 00 00 00 03 fd 01 00000000      # scope link; the host bits are cut off
            0800 0100 0a090000  0800 0400 03000000  0800 0f00 2c010000
            """
        )
        #expect(try encoded(four.message(.newRoute, [.create, .exclusive])) == hex(goldenFour))
    }

    @Test func `a neighbour`() throws {
        let neighbour = NeighbourMessage(
            link: 3,
            address: .v4(0x0a01_0209),
            hardware: MACAddress("02:00:00:00:00:09")
        )
        let golden = hex(
            """
            30000000 1c00 0506 01000000 00000000
            02 000000 03000000 8000 00 00         # permanent
            0800 0100 0a010209  0a00 0200 020000000009 0000
            """
        )
        let message = neighbour.message(.newNeighbour, [.create, .exclusive])
        #expect(try encoded(message) == hex(golden))
    }

    @Test func `lengths follow from the tree`() throws {
        let settings = [Attribute(1, prefix: [1, 2, 3], nest: [Attribute(3, text: "v1")])]
        var link = LinkMessage()
        (link.kind, link.kindSettings) = ("veth", settings)
        let golden = hex(
            """
            44000000 1000 0500 01000000 00000000  00000000 00000000 00000000 00000000
            2400 1280                             # link info, a nest of 32 bytes
              0900 0100 7665746800 000000         # kind "veth"
              1400 0280                           # its settings
                1000 0180 010203 00               # a fixed prefix, padded
                  0700 0300 763100 00
            """
        )
        #expect(try encoded(link.message(.newLink)) == hex(golden))
    }

    @Test func `an attribute too long for its length is refused`() throws {
        let message = NetlinkMessage(
            .setLink,
            attributes: [Attribute(7, bytes: .init(repeating: 0, count: 65532))]
        )
        #expect(throws: NetlinkError.attributeTooLong(attribute: 7, bytes: 65532)) {
            _ = try encoded(message)
        }
        let nest = NetlinkMessage(.setLink, attributes: [Attribute(9, nest: message.attributes)])
        #expect(throws: NetlinkError.self) { _ = try encoded(nest) }
    }
}
