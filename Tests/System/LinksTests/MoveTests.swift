// SPDX-License-Identifier: Apache-2.0

import Addressing
import Kernel
import Links
import TestSupport
import Testing

@Suite struct MoveTests {
    private let host: Sandbox
    private let pod: Sandbox
    private let identity = FunctionIdentity.alias("opi:7")
    private let mac = MACAddress("02:00:00:00:00:07")

    init() throws {
        (host, pod) = (try Sandbox(), try Sandbox())
        try host.ip("link add vf7 address 02:aa:00:00:00:01 type veth peer name rep7")
        try host.ip("link set vf7 alias opi:7")
    }

    @Test(arguments: [true, false])
    func `one request moves, renames, sets MAC and MTU and switches on`(wasUp: Bool) throws {
        if wasUp { try host.ip("link set vf7 up") }
        let source = try host.socket()
        let target = try pod.socket()
        let link = try #require(try source.link(matching: identity))
        let placement = LinkPlacement(name: "eth0", mac: mac, mtu: 1400, isUp: true)
        let moved = try source.move(link, known: identity, to: target, as: placement)
        #expect(moved.name == "eth0")
        #expect(moved.mac == mac)
        #expect(moved.mtu == 1400)
        #expect(moved.isUp)
        #expect(moved.alias == "opi:7")
        let sent = (source.messagesSent, target.messagesSent)
        #expect(sent == (2, 2))
        let seen = try #require(try pod.json("link show eth0").first)
        #expect(seen["address"] as? String == "02:00:00:00:00:07")
        #expect(seen["mtu"] as? Int == 1400)
        #expect(seen["ifindex"] as? Int == Int(moved.index))
        #expect(seen["ifalias"] as? String == "opi:7")
        #expect((seen["flags"] as? [String])?.contains("UP") == true)
        #expect(try host.names() == ["lo", "rep7"])
    }

    @Test func `and brings it home as it was`() throws {
        let source = try host.socket()
        let target = try pod.socket()
        let link = try #require(try source.link(matching: identity))
        let placement = LinkPlacement(name: "eth0", mac: mac, mtu: 1400, isUp: true)
        let moved = try source.move(link, known: identity, to: target, as: placement)
        let home = LinkPlacement(name: link.name, mac: link.mac, mtu: link.mtu)
        let back = try target.move(moved, known: identity, to: source, as: home)
        #expect(back == link)
        #expect(try pod.names() == ["lo"])
    }

    @Test func `a taken name is found out before anything is touched`() throws {
        try pod.ip("link add eth0 type bridge")
        let source = try host.socket()
        let target = try pod.socket()
        let link = try #require(try source.link(named: "vf7"))
        #expect(throws: LinkError.nameTaken("eth0")) {
            _ = try source.move(link, known: identity, to: target, as: LinkPlacement(name: "eth0"))
        }
        #expect(source.messagesSent == 1)
        let after = try source.link(named: "vf7")
        #expect(after == link)
    }

    @Test(arguments: [true, false])
    func `a name taken meanwhile leaves it at home as it was`(wasUp: Bool) throws {
        if wasUp { try host.ip("link set vf7 up") }
        try pod.ip("link add eth0 type bridge")
        let source = try host.socket()
        let target = try pod.socket()
        let link = try #require(try source.link(named: "vf7"))
        let placement = LinkPlacement(name: "eth0", mac: mac, mtu: 1400)
        let error = #expect(throws: LinkError.self) {
            _ = try source.move(
                link,
                known: identity,
                to: target,
                as: placement,
                checkingName: false
            )
        }
        #expect(error?.errno == .exists)
        // The kernel had moved it already: finding it took a look into the pod.
        #expect(target.messagesSent > 1)
        let after = try source.link(matching: identity)
        #expect(after == link)
        #expect(try pod.names() == ["eth0", "lo"])
        #expect(try host.names() == ["lo", "rep7", "vf7"])
    }

    @Test func `an MTU refused halfway leaves it at home with the kernel's words`() throws {
        let source = try host.socket()
        let target = try pod.socket()
        let link = try #require(try source.link(named: "vf7"))
        let placement = LinkPlacement(name: "eth0", mac: mac, mtu: 99_999_999)
        let error = #expect(throws: LinkError.self) {
            _ = try source.move(link, known: identity, to: target, as: placement)
        }
        #expect(error?.errno == .invalid)
        #expect(error?.description.contains("mtu greater than device maximum") == true)
        let after = try source.link(matching: identity)
        #expect(after == link)
        #expect(try pod.names() == ["lo"])
    }

    @Test func `a link that cannot come home is reported where it is`() throws {
        let source = try host.socket()
        let target = try pod.socket()
        let link = try #require(try source.link(named: "vf7"))
        try pod.ip("link add eth0 type bridge")
        // Only another alias is known, so the stray cannot be found again.
        let placement = LinkPlacement(name: "eth0")
        let wrong = FunctionIdentity.alias("opi:8")
        let error = #expect(throws: LinkError.self) {
            _ = try source.move(
                link,
                known: wrong,
                to: target,
                as: placement,
                checkingName: false
            )
        }
        guard case .stranded(.unknown, let cause, nil) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(cause.errno == .exists)
    }

    @Test func `a link whose old name was taken meanwhile is reported in the target`() throws {
        let source = try host.socket()
        let target = try pod.socket()
        let link = try #require(try source.link(named: "vf7"))
        // Somebody renames the device and takes its name between our question and our request.
        try host.ip("link set vf7 name other")
        try host.ip("link add vf7 type bridge")
        try pod.ip("link add eth0 type bridge")
        let error = #expect(throws: LinkError.self) {
            let placement = LinkPlacement(name: "eth0")
            _ = try source.move(
                link,
                known: identity,
                to: target,
                as: placement,
                checkingName: false
            )
        }
        guard case .stranded(let whereabouts, let cause, let attempt) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(cause.errno == .exists)
        #expect(attempt?.errno == .exists)
        // The way back moves it first as well, so it is at home, under another name.
        guard case .source(let home) = whereabouts else {
            Issue.record("\(whereabouts)")
            return
        }
        #expect(home.alias == "opi:7")
        #expect(home.name != "vf7")
    }

    @Test func `a link that is gone is refused`() throws {
        let source = try host.socket()
        let target = try pod.socket()
        let link = try #require(try source.link(named: "vf7"))
        try host.ip("link del vf7")
        let error = #expect(throws: LinkError.self) {
            _ = try source.move(link, known: identity, to: target, as: LinkPlacement(name: "eth0"))
        }
        guard case .stranded(.unknown, let cause, nil) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(cause.errno == .noSuchDevice)
    }

    @Test func `a move refused before it began restores what was changed meanwhile`() throws {
        let source = try host.socket()
        let target = try pod.socket()
        let link = try #require(try source.link(named: "vf7"))
        try host.ip("link set vf7 name other mtu 1300 up")
        let placement = LinkPlacement(name: "longer-than-fifteen")
        let error = #expect(throws: LinkError.self) {
            _ = try source.move(
                link,
                known: identity,
                to: target,
                as: placement,
                checkingName: false
            )
        }
        #expect(error?.errno == .outOfRange)
        let after = try source.link(matching: identity)
        #expect(after == link)
    }
}
