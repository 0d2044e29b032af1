// SPDX-License-Identifier: Apache-2.0

import Addressing
import Kernel
import Links
import TestSupport
import Testing

@Suite struct AddressTests {
    private let box: Sandbox
    private let peer: Sandbox

    init() throws {
        (box, peer) = (try Sandbox(), try Sandbox())
        try box.ip("link add eth0 type veth peer name v1 netns \(peer.name)")
        try box.ip("link set eth0 up address 02:00:00:00:00:07")
        try peer.ip("link set v1 up")
    }

    private func prefix(_ text: String) throws -> IPPrefix {
        try #require(IPPrefix(text) as IPPrefix?)
    }

    @Test func `adds addresses of both families, lists and flushes them`() throws {
        let socket = try box.socket()
        let link = try #require(try socket.link(named: "eth0"))
        let wanted = try ["10.1.2.3/24", "10.9.9.9/32", "fd00::5/64"].map(prefix)
        try socket.apply(wanted.map { .addAddress($0, to: link.index) })
        let found = try socket.addresses(of: link.index)
        #expect(Set(found).isSuperset(of: wanted))
        let infos = try #require(
            try box.json("addr show eth0").first?["addr_info"] as? [[String: any Sendable]]
        )
        let four = try #require(infos.first { $0["local"] as? String == "10.1.2.3" })
        #expect(four["prefixlen"] as? Int == 24)
        #expect(four["broadcast"] as? String == "10.1.2.255")
        #expect(four["scope"] as? String == "global")
        let single = try #require(infos.first { $0["local"] as? String == "10.9.9.9" })
        #expect(single["broadcast"] == nil)
        let six = try #require(infos.first { $0["local"] as? String == "fd00::5" })
        #expect(six["prefixlen"] as? Int == 64)
        #expect(six["nodad"] as? Bool == true)
        #expect(six["tentative"] == nil)
        let error = #expect(throws: LinkError.self) {
            try socket.apply([.addAddress(wanted[0], to: link.index)])
        }
        #expect(error?.errno == .exists)
        try socket.apply([.removeAddress(wanted[1], from: link.index)])
        try socket.flushAddresses(of: link.index)
        let left = try socket.addresses(of: link.index)
        #expect(left.isEmpty)
    }

    @Test func `routes of both families, with and without gateway`() throws {
        let socket = try box.socket()
        let link = try #require(try socket.link(named: "eth0"))
        let wanted = [
            Route(
                to: try prefix("0.0.0.0/0"),
                via: IPAddress("10.1.2.1"),
                link: link.index,
                mtu: 1300,
                segmentSize: 1000
            ),
            Route(to: try prefix("10.96.0.0/12"), link: link.index),
            Route(
                to: try prefix("172.16.0.0/16"),
                via: IPAddress("169.254.1.1"),
                link: link.index,
                priority: 7,
                isGatewayOnLink: true
            ),
            Route(
                to: try prefix("::/0"),
                via: IPAddress("fd00::1"),
                link: link.index,
                priority: 10
            ),
            Route(to: try prefix("fd01::/64"), link: link.index, priority: 11),
        ]
        try socket.apply(
            [
                .addAddress(try prefix("10.1.2.3/24"), to: link.index),
                .addAddress(try prefix("fd00::5/64"), to: link.index),
            ] + wanted.map { .addRoute($0) }
        )
        let found = try socket.routes(of: link.index)
        for route in wanted { #expect(found.contains(route), "\(route)") }
        let four = try box.json("route show")
        let fallback = try #require(four.first { $0["dst"] as? String == "default" })
        #expect(fallback["gateway"] as? String == "10.1.2.1")
        #expect(fallback["dev"] as? String == "eth0")
        #expect((fallback["metrics"] as? [[String: Int]])?.first == ["mtu": 1300, "advmss": 1000])
        let direct = try #require(four.first { $0["dst"] as? String == "10.96.0.0/12" })
        #expect(direct["scope"] as? String == "link")
        let onLink = try #require(four.first { $0["dst"] as? String == "172.16.0.0/16" })
        #expect((onLink["flags"] as? [String])?.contains("onlink") == true)
        #expect(onLink["metric"] as? Int == 7)
        let six = try box.json("-6 route show")
        #expect(six.contains { $0["dst"] as? String == "default" && $0["metric"] as? Int == 10 })
        try socket.apply(wanted.map { .removeRoute($0) })
        let left = try socket.routes(of: link.index)
        #expect(left.filter { wanted.contains($0) }.isEmpty)
    }

    @Test func `a route in another table, and one replaced`() throws {
        let socket = try box.socket()
        let link = try #require(try socket.link(named: "eth0"))
        let other = Route(to: try prefix("10.7.0.0/16"), link: link.index, table: 300)
        try socket.apply([.addRoute(other)])
        let main = try socket.routes(of: link.index)
        #expect(!main.contains(other))
        let found = try socket.routes(of: link.index, table: 300)
        #expect(found == [other])
        var replaced = other
        replaced.mtu = 1280
        try socket.apply([.replaceRoute(replaced)])
        let after = try socket.routes(of: link.index, table: 300)
        #expect(after == [replaced])
    }

    @Test func `the kernel's words about an unreachable gateway are kept`() throws {
        let socket = try box.socket()
        let link = try #require(try socket.link(named: "eth0"))
        let route = Route(to: try prefix("0.0.0.0/0"), via: IPAddress("99.1.2.1"), link: link.index)
        let error = #expect(throws: LinkError.self) { try socket.apply([.addRoute(route)]) }
        #expect(
            error?.description
                == "add route to 0.0.0.0/0 via 99.1.2.1 on link \(link.index): "
                + "ENETUNREACH: Network is unreachable (Nexthop has invalid gateway)"
        )
    }

    @Test func `neighbours learn an announced address when the MAC address is set again`() throws {
        let socket = try box.socket()
        let other = try peer.socket()
        let link = try #require(try socket.link(named: "eth0"))
        let far = try #require(try other.link(named: "v1"))
        let mac = try #require(link.mac)
        let (four, six) = (try prefix("10.1.2.3/24"), try prefix("fd00::5/64"))
        #expect(try socket.announce(on: link).isEmpty)
        try socket.apply([
            .addAddress(four, to: link.index), .addAddress(six, to: link.index),
        ])
        try other.apply([
            .addAddress(try prefix("10.1.2.4/24"), to: far.index),
            .addAddress(try prefix("fd00::6/64"), to: far.index),
        ])
        // What the peer believed before the address moved here.
        for address in ["10.1.2.3", "fd00::5"] {
            try peer.ip("neigh add \(address) lladdr 02:00:00:00:00:99 dev v1 nud stale")
        }
        // The kernel ignores gratuitous ARP for a second after an entry has changed.
        Clocks.sleep(for: .milliseconds(1100))
        try socket.apply([.setMAC(link.index, to: mac)])
        let learnt = try peer.json("neigh show dev v1")
        for address in ["10.1.2.3", "fd00::5"] {
            let entry = learnt.first { $0["dst"] as? String == address }
            #expect(entry?["lladdr"] as? String == "02:00:00:00:00:07", "\(address)")
        }
    }

    @Test func `the kernel is asked to announce`() throws {
        let socket = try box.socket()
        let link = try #require(try socket.link(named: "eth0"))
        let failures = try socket.announce(on: link)
        #expect(failures.isEmpty)
        let namespace = try NetworkNamespace(path: box.path)
        let values = try namespace.run {
            try ["ipv4/conf/eth0/arp_notify", "ipv6/conf/eth0/ndisc_notify"].map {
                try Files.read("/proc/sys/net/\($0)", limit: 16)
            }
        }
        #expect(try values.get() == [Array("1\n".utf8), Array("1\n".utf8)])
    }

    @Test func `a whole attachment takes at most eight messages`() throws {
        let pod = try Sandbox()
        let source = try box.socket()
        let target = try pod.socket()
        let link = try #require(try source.link(named: "eth0"))
        let moved = try source.move(
            link,
            known: .alias("none"),
            to: target,
            as: LinkPlacement(name: "net1", mtu: 1400, isUp: true)
        )
        try target.apply([
            .addAddress(try prefix("10.1.2.3/24"), to: moved.index),
            .addAddress(try prefix("fd00::5/64"), to: moved.index),
            .addRoute(
                Route(to: try prefix("0.0.0.0/0"), via: IPAddress("10.1.2.1"), link: moved.index)
            ),
            .addRoute(Route(to: try prefix("::/0"), via: IPAddress("fd00::1"), link: moved.index)),
        ])
        #expect(source.messagesSent + target.messagesSent == 8)
    }
}
