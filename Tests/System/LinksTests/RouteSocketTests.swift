// SPDX-License-Identifier: Apache-2.0

import Addressing
import Dispatch
import Kernel
import Links
import Synchronization
import TestSupport
import Testing

@Suite struct RouteSocketTests {
    private let box: Sandbox

    init() throws {
        box = try Sandbox()
    }

    @Test func `stays in the namespace it was opened in`() throws {
        let before = try NetworkNamespace.current().identity
        let socket = try box.socket()
        try socket.apply([.createPair("only-here", "peer")])
        let after = try NetworkNamespace.current().identity
        #expect(after == before)
        #expect(try box.names() == ["lo", "only-here", "peer"])
        let here = try RouteSocket()
        let outside = try here.link(named: "only-here")
        #expect(outside == nil)
    }

    @Test func `sees a link as ip does`() throws {
        try box.ip("link add br0 type bridge")
        try box.ip("link add v0 mtu 1400 address 02:00:00:00:00:09 type veth peer name v1")
        try box.ip("link property add dev v0 altname a-rather-long-alternative-name")
        try box.ip("link set v0 master br0 up alias hello")
        let socket = try box.socket()
        let link = try #require(try socket.link(named: "v0"))
        let byNumber = try socket.link(index: link.index)
        #expect(byNumber == link)
        let seen = try #require(try box.json("link show v0").first)
        #expect(seen["ifindex"] as? Int == Int(link.index))
        #expect(link.mac == MACAddress("02:00:00:00:00:09"))
        #expect(link.mtu == 1400)
        #expect(link.alternativeNames == ["a-rather-long-alternative-name"])
        #expect(link.kind == "veth")
        #expect(link.isUp)
        #expect(!link.hasCarrier)
        let bridge = try #require(try socket.link(named: "br0"))
        #expect(link.master == bridge.index)
        #expect(bridge.kind == "bridge")
        #expect(bridge.master == nil)
    }

    @Test func `sees the devices behind this machine's links as ip does`() throws {
        let socket = try RouteSocket()
        let links = try socket.links()
        for object in try Sandbox.machine("link show") {
            guard let parent = object["parentdev"] as? String else { continue }
            let link = try #require(links.first { $0.name == object["ifname"] as? String })
            #expect(link.parentDevice == parent)
            #expect(link.parentBus == object["parentbus"] as? String)
            // Representors share the device of their uplink, so it identifies none of them.
            if links.filter({ $0.parentDevice == parent }).count == 1 {
                let found = try socket.link(matching: .parentDevice(parent))
                #expect(found?.index == link.index)
            }
        }
    }

    @Test func `changes one property at a time`() throws {
        let socket = try box.socket()
        try socket.apply([.createPair("v0", "v1"), .createBridge("br0")])
        let link = try #require(try socket.link(named: "v0"))
        let bridge = try #require(try socket.link(named: "br0"))
        let mac = try #require(MACAddress("02:00:00:00:00:42") as MACAddress?)
        try socket.apply([
            .setAlias(link.index, to: "first"), .setAlias(link.index, to: "opi:1"),
            .rename(link.index, to: "net1"), .setMAC(link.index, to: mac),
            .setMTU(link.index, to: 1300), .setMaster(link.index, to: bridge.index),
            .setUp(link.index),
        ])
        let seen = try #require(try box.json("link show net1").first)
        #expect(seen["ifalias"] as? String == "opi:1")
        #expect(seen["address"] as? String == "02:00:00:00:00:42")
        #expect(seen["mtu"] as? Int == 1300)
        #expect(seen["master"] as? String == "br0")
        try socket.apply([
            .setDown(link.index), .setMaster(link.index, to: nil), .setAlias(link.index, to: ""),
        ])
        let after = try #require(try socket.link(named: "net1"))
        #expect(after.master == nil)
        #expect(after.alias == nil)
        #expect(!after.isUp)
        try socket.apply([.delete(link.index)])
        #expect(try box.names() == ["br0", "lo"])
    }

    @Test func `an error in the middle of a batch stops neither what is before nor behind`() throws
    {
        let socket = try box.socket()
        try socket.apply([.createPair("v0", "v1")])
        let link = try #require(try socket.link(named: "v0"))
        let requests: [LinkRequest] = [
            .setMTU(link.index, to: 1300), .setMTU(link.index, to: 1), .setUp(link.index),
        ]
        let outcomes = try socket.outcomes(of: requests)
        #expect(outcomes.map { $0?.errno } == [nil, .invalid, nil])
        #expect(
            outcomes[1]?.description
                == "set MTU 1 link \(link.index): EINVAL: Invalid argument"
                + " (mtu less than device minimum)"
        )
        let after = try #require(try socket.link(named: "v0"))
        #expect(after.mtu == 1300)
        #expect(after.isUp)
        #expect(throws: try #require(outcomes[1])) { try socket.apply(requests) }
    }

    @Test func `a link that is not there`() throws {
        let socket = try box.socket()
        let named = try socket.link(named: "nope")
        let numbered = try socket.link(index: 4711)
        let matching = try socket.link(matching: .parentDevice("0000:3b:00.2"))
        #expect(named == nil)
        #expect(numbered == nil)
        #expect(matching == nil)
        let error = #expect(throws: LinkError.self) { try socket.apply([.setUp(4711)]) }
        #expect(error?.errno == .noSuchDevice)
    }

    @Test func `an identity is refused when two links claim it`() throws {
        let socket = try box.socket()
        try socket.apply([.createPair("v0", "v1")])
        let first = try #require(try socket.link(named: "v0"))
        let second = try #require(try socket.link(named: "v1"))
        try socket.apply([.setAlias(first.index, to: "opi:1")])
        let found = try socket.link(matching: .alias("opi:1"))
        #expect(found?.index == first.index)
        // An alias that looks like a PCI address is not taken for one.
        try socket.apply([.setAlias(second.index, to: "0000:3b:00.2")])
        let faked = try socket.link(matching: .parentDevice("0000:3b:00.2"))
        #expect(faked == nil)
        try socket.apply([.setAlias(second.index, to: "opi:1")])
        let error = #expect(throws: LinkError.self) {
            _ = try socket.link(matching: .alias("opi:1"))
        }
        guard case .ambiguous(_, let names) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(names.sorted() == ["v0", "v1"])
    }

    @Test func `lists two hundred links`() throws {
        let socket = try box.socket()
        try socket.apply((0..<100).map { .createPair("left\($0)", "right\($0)") })
        let links = try socket.links()
        #expect(links.count == 201)
        #expect(try links.map(\.name).sorted() == box.names())
        #expect(Set(links.map(\.index)).count == 201)
    }

    @Test func `serves several threads`() throws {
        let socket = try box.socket()
        try socket.apply([.createPair("v0", "v1")])
        let link = try #require(try socket.link(named: "v0"))
        let queue = SharedSocket(socket)
        let wrong = Mutex(0)
        DispatchQueue.concurrentPerform(iterations: 64) { number in
            let fine: Bool
            do {
                let prefix = IPPrefix(.v4(0x0a00_0000 + UInt32(number) * 256), length: 24)
                try queue.socket.apply(prefix.map { [.addAddress($0, to: link.index)] } ?? [])
                fine = try queue.socket.link(named: "v0")?.index == link.index
            } catch {
                fine = false
            }
            wrong.withLock { $0 += fine ? 0 : 1 }
        }
        let failures = wrong.withLock { $0 }
        #expect(failures == 0)
        let addresses = try queue.socket.addresses(of: link.index)
        #expect(addresses.count == 64)
    }
}

private final class SharedSocket: Sendable {
    let socket: RouteSocket
    init(_ socket: consuming RouteSocket) { self.socket = socket }
}
