// SPDX-License-Identifier: Apache-2.0

import Kernel
import Links
import Netlink
import TestSupport
import Testing

@Suite struct PlainBridgeTests {
    private let box: Sandbox

    init() throws {
        box = try Sandbox()
    }

    @Test func `a plain bridge has nothing but learning and flooding`() throws {
        let socket = try box.socket()
        try socket.apply([.createPlainBridge("br0")])
        let bridge = try #require(try socket.link(named: "br0"))
        try socket.apply([.makeNoAddresses(bridge.index), .setUp(bridge.index)])
        let seen = try #require(try box.json("link show br0").first)
        #expect(seen["inet6_addr_gen_mode"] as? String == "none")
        let info = try #require(seen["linkinfo"] as? [String: any Sendable])
        let settings = try #require(info["info_data"] as? [String: any Sendable])
        for name in ["stp_state", "forward_delay", "mcast_snooping"] {
            #expect(settings[name] as? Int == 0, "\(name)")
        }
        #expect(bridge.kind == "bridge")
    }

    @Test func `both ends of a pair count the same packets`() throws {
        let socket = try box.socket()
        try socket.apply([.createPair("one", "two")])
        let (one, two) = (
            try #require(try socket.link(named: "one")), try #require(try socket.link(named: "two"))
        )
        let before = try #require(try socket.counters(of: one.index))
        #expect(before.sent.packets == 0)
        // Each end that comes up asks for its neighbours, without anybody's help.
        try socket.apply([.setUp(one.index), .setUp(two.index)])
        var packets = (sent: UInt64(0), received: UInt64(0))
        let deadline = Deadline.after(.seconds(10))
        while packets.sent == 0 || packets.sent != packets.received, !deadline.hasPassed {
            packets.sent = try #require(try socket.counters(of: one.index)).sent.packets
            packets.received = try #require(try socket.counters(of: two.index)).received.packets
        }
        #expect(packets.sent > 0 && packets.sent == packets.received)
        #expect(try socket.counters(of: 999) == nil)
    }
}
