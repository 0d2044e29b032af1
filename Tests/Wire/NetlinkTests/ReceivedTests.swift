// SPDX-License-Identifier: Apache-2.0

import Addressing
import Bytes
import Netlink
import TestSupport
import Testing

/// Bytes that Linux 6.18 sent.
@Suite struct ReceivedTests {
    /// Decodes the only message of a datagram.
    private func only<Value>(
        _ datagram: [UInt8],
        _ body: (ReceivedMessage) throws -> Value
    ) throws -> Value {
        var messages = MessageReader(datagram.span)
        guard let message = try messages.next() else { throw NetlinkError.badAddress(attribute: 0) }
        return try body(message)
    }

    @Test func `a captured link`() throws {
        let link = try only(capturedLink) { message in
            #expect(message.type == .newLink)
            return try LinkMessage(decoding: message.payload)
        }
        #expect(link.name == "eth0")
        #expect(link.index == 4)
        #expect(link.hardware == 1)
        #expect(link.flags == [.up, .broadcast, .running, .lowerUp, .init(rawValue: 0x1000)])
        #expect(link.address == [2, 0, 0, 0, 0, 7])
        #expect(link.mtu == 1400)
        #expect(link.lower == 3)
        #expect(link.master == 2)
        #expect(link.operationalState == 6)
        #expect(link.kind == "veth")
        #expect(link.alias == "opi:1")
        #expect(link.carrier == 1)
        #expect(link.alternativeNames == ["longer-name-of-eth0"])
        #expect(link.parentDevice == nil)
        #expect(link.lowerNamespace == nil)
    }

    @Test func `captured addresses in one datagram`() throws {
        let datagram = hex(
            """
            500000001400220008f8036b743a0000 0218800003000000
            080001000a010203 080002000a010203 0900030065746830 00000000 0800080080000000
            14000600ffffffffffffffff2c7602002c760200
            480000001400220008f8036b743a0000 0a40820003000000
            14000100fd000000000000000000000000000005
            14000600ffffffffffffffff2c7602002c760200 0800080082000000
            """
        )
        var messages = MessageReader(datagram.span)
        var addresses: [AddressMessage?] = []
        while let message = try messages.next() {
            #expect(message.flags == [.multipart, .init(rawValue: 0x20)])
            addresses.append(try AddressMessage(decoding: message.payload))
        }
        let four = try #require(IPPrefix("10.1.2.3/24"))
        let six = try #require(IPPrefix("fd00::5/64"))
        #expect(
            addresses == [
                AddressMessage(link: 3, prefix: four, flags: .permanent),
                AddressMessage(link: 3, prefix: six, flags: [.permanent, .withoutDetection]),
            ]
        )
    }

    @Test func `captured routes`() throws {
        let datagram = hex(
            """
            400000001800220008f8036b753a0000 02000000fe03000110000000
            08000f00fe000000 0c00080008000200 14050000 080005000a010201 0800040003000000
            3c0000001800220008f8036b753a0000 02180000fe02fd0110000000
            08000f00fe000000 080001000a010200 080007000a010203 0800040003000000
            """
        )
        var messages = MessageReader(datagram.span)
        var routes: [RouteMessage?] = []
        while let message = try messages.next() {
            routes.append(try RouteMessage(decoding: message.payload))
        }
        var first = try RouteMessage(to: #require(IPPrefix("0.0.0.0/0")))
        (first.gateway, first.link, first.mtu) = (IPAddress("10.1.2.1"), 3, 1300)
        (first.maker, first.flags) = (3, 0x10)
        var second = try RouteMessage(to: #require(IPPrefix("10.1.2.0/24")))
        (second.source, second.link, second.scope) = (IPAddress("10.1.2.3"), 3, .link)
        (second.maker, second.flags) = (2, 0x10)
        #expect(routes == [first, second])
    }

    @Test func `a captured neighbour`() throws {
        let datagram = hex(
            """
            4c0000001c00020008f8036b763a0000 02000000030000008000000108000100 0a010209
            0a00020002000000000900000800040000000000140003000400000004000000 0400000000000000
            """
        )
        let neighbour = try only(datagram) { try NeighbourMessage(decoding: $0.payload) }
        let mac = try #require(MACAddress("02:00:00:00:00:09"))
        let expected = NeighbourMessage(link: 3, address: .v4(0x0a01_0209), hardware: mac)
        #expect(neighbour == expected)
    }

    @Test func `a refusal with the kernel's words behind the repeated request`() throws {
        let datagram = hex(
            """
            60000000 0200 0002 07f8036b 713a0000 eaffffff
            28000000 1000 0500 07f8036b 00000000 00000000 03000000 00000000 00000000
            08000400 ffe0f505
            24000100 6d74752067726561746572207468616e20646576696365206d6178696d756d00
            """
        )
        let refusal = try only(datagram) { try $0.refusal() }
        #expect(refusal == Refusal(errno: 22, explanation: "mtu greater than device maximum"))
    }

    @Test func `an acknowledgement and a capped refusal`() throws {
        let done = hex(
            "24000000 0200 0001 07000000 e04b0000 00000000 34000000 1200 0100 07000000 00000000"
        )
        #expect(try only(done) { try $0.refusal() } == nil)
        let refused = hex(
            "24000000 0200 0001 07000000 e04b0000 edffffff 34000000 1200 0100 07000000 00000000"
        )
        #expect(try only(refused) { try $0.refusal() } == Refusal(errno: 19))
    }
}
