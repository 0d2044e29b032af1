// SPDX-License-Identifier: Apache-2.0

import Addressing
import Links
import TestSupport
import Testing

@Suite struct AnnouncementTests {
    private let mac = MACAddress("02:00:00:00:00:07") ?? .zero

    @Test func `gratuitous ARP`() throws {
        let packet = Announcement(.v4(0x0a01_0203), at: mac)
        let golden = hex(
            """
            0001 0800 06 04 0001   # Ethernet, IPv4, a request
            020000000007 0a010203  # from us
            000000000000 0a010203  # who has our address
            """
        )
        #expect(packet.payload == golden)
        #expect(packet.type == 0x0806)
        #expect(packet.destination == hex("ffffffffffff"))
    }

    @Test func `unsolicited neighbour advertisement`() throws {
        let packet = Announcement(try #require(IPAddress("fd00::5")), at: mac)
        let golden = hex(
            """
            60000000 0020 3a ff                  # 32 bytes of ICMPv6, hop limit 255
            fd000000000000000000000000000005
            ff020000000000000000000000000001     # to all nodes
            88 00 5a8d 20000000                  # advertisement, override
            fd000000000000000000000000000005
            02 01 020000000007                   # target link-layer address
            """
        )
        #expect(packet.payload == golden)
        #expect(packet.type == 0x86dd)
        #expect(packet.destination == hex("333300000001"))
    }
}
