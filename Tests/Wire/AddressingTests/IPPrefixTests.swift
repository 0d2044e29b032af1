// SPDX-License-Identifier: Apache-2.0

import Addressing
import TestSupport
import Testing

@Suite struct IPPrefixTests {
    /// Text, network, last address, mask, broadcast address.
    @Test(arguments: [
        ("10.0.0.5/24", "10.0.0.0", "10.0.0.255", "255.255.255.0", "10.0.0.255"),
        ("10.0.0.5/0", "0.0.0.0", "255.255.255.255", "0.0.0.0", "255.255.255.255"),
        ("10.0.0.5/30", "10.0.0.4", "10.0.0.7", "255.255.255.252", "10.0.0.7"),
        ("10.0.0.5/31", "10.0.0.4", "10.0.0.5", "255.255.255.254", nil),
        ("10.0.0.5/32", "10.0.0.5", "10.0.0.5", "255.255.255.255", nil),
        (
            "2001:db8::5/64", "2001:db8::", "2001:db8::ffff:ffff:ffff:ffff",
            "ffff:ffff:ffff:ffff::", nil
        ),
        ("2001:db8::5/0", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::", nil),
        ("::5/127", "::4", "::5", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe", nil),
        ("::5/128", "::5", "::5", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", nil),
    ])
    func `knows its ends`(
        text: String,
        network: String,
        last: String,
        mask: String,
        broadcast: String?
    ) throws {
        let prefix = try #require(IPPrefix(text))
        #expect(prefix.description == text)
        #expect(prefix.network.description == network)
        #expect(prefix.last.description == last)
        #expect(prefix.mask.description == mask)
        #expect(prefix.broadcast?.description == broadcast)
        #expect(prefix.canonical.description == "\(network)/\(prefix.length)")
    }

    @Test(arguments: [
        "", "/", "10.0.0.5", "10.0.0.5/", "/24", "10.0.0.5/33", "10.0.0.5/-1", "10.0.0.5/024",
        "10.0.0.5/+4",
        "10.0.0.5/24/24", "10.0.0/24", "10.0.0.5/255.255.255.0", "10.0.0.5 /24", "10.0.0.5/24 ",
        "::/129",
        "::/1000", "::/99999999999999999999", "fe80::1%eth0/64", "::/0x10", "/::",
    ])
    func `refuses what is no prefix`(text: String) {
        #expect(IPPrefix(text) == nil)
    }

    @Test func `a length must fit its family`() {
        #expect(IPPrefix(.v4(0), length: 32) != nil)
        #expect(IPPrefix(.v4(0), length: 33) == nil)
        #expect(IPPrefix(.v6(0), length: 128) != nil)
        #expect(IPPrefix(.v6(0), length: .max) == nil)
        #expect(IPPrefix(.v6(0), length: -1) == nil)
    }

    @Test(arguments: [
        ("10.0.0.5/24", "10.0.0.0", true), ("10.0.0.5/24", "10.0.0.255", true),
        ("10.0.0.5/24", "10.0.1.0", false), ("10.0.0.5/24", "9.255.255.255", false),
        ("0.0.0.0/0", "255.255.255.255", true), ("0.0.0.0/0", "::1", false),
        ("::/0", "10.0.0.1", false), ("::ffff:0:0/96", "::ffff:10.0.0.1", true),
        ("2001:db8::/32", "2001:db8:ffff::1", true), ("2001:db8::/32", "2001:db9::", false),
    ])
    func `contains addresses of its own family`(prefix: String, address: String, isIn: Bool) throws
    {
        let prefix = try #require(IPPrefix(prefix))
        #expect(prefix.contains(try #require(IPAddress(address))) == isIn)
    }

    @Test(arguments: [
        ("10.0.0.5/24", "10.0.0.200/25", true), ("10.0.0.0/24", "10.0.1.0/24", false),
        ("10.0.0.0/8", "10.200.0.0/16", true), ("0.0.0.0/0", "::/0", false),
        ("::/0", "10::/16", true),
        ("10.0.0.0/32", "10.0.0.1/32", false), ("10.0.0.1/31", "10.0.0.0/32", true),
    ])
    func `overlap is mutual`(left: String, right: String, expected: Bool) throws {
        let left = try #require(IPPrefix(left))
        let right = try #require(IPPrefix(right))
        #expect(left.overlaps(right) == expected)
        #expect(right.overlaps(left) == expected)
    }

    @Test func `prefixes overlap exactly if one has an end of the other`() throws {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<5000 {
            let bits = [0, 1].map { _ in UInt32.random(in: 0...31, using: &generator) }
            let lengths = [0, 1].map { _ in Int.random(in: 25...32, using: &generator) }
            let left = try #require(IPPrefix(.v4(bits[0]), length: lengths[0]))
            let right = try #require(IPPrefix(.v4(bits[1]), length: lengths[1]))
            let shared = left.network <= right.last && right.network <= left.last
            #expect(left.overlaps(right) == shared)
        }
    }
}
