// SPDX-License-Identifier: Apache-2.0

import Foundation
import Links
import OPI
import TestSupport
import Testing

@testable import SoftwareXPU

/// The data path in a namespace of its own, with `ip` as the witness; needs root.
@Suite struct LinuxBridgesTests {
    private let sandbox: Sandbox
    private let folder: Scratch
    private let path: LinuxBridges

    private static let bridge = Kind.bridges.prefix + "net-a"
    private static let interface = LinuxBridges.interface(of: bridge)

    init() throws {
        sandbox = try Sandbox()
        folder = try Scratch()
        let file = folder["representors.json"]
        try Data(#"{"02:00:00:00:00:01": "rep0", "02:00:00:00:00:02": "gone"}"#.utf8)
            .write(to: URL(fileURLWithPath: file))
        path = LinuxBridges(Representors(path: file), links: try sandbox.socket())
        try sandbox.ip("link add rep0 type veth peer name vf0")
    }

    private func port(mac: [UInt8] = Bench.mac) -> BridgePort {
        var port = Bench.port(mac: mac)
        port.name = Kind.ports.prefix + "nd01"
        return port
    }

    private func link(_ name: String) throws -> [String: any Sendable] {
        try #require(try sandbox.json("link show \(name)").first)
    }

    @Test func `a port comes onto its bridge and goes again`() throws {
        try path.apply(port())
        let up = try link("rep0")
        #expect(up["master"] as? String == Self.interface)
        #expect((up["flags"] as? [String])?.contains("UP") == true)
        try path.remove(port())
        let down = try link("rep0")
        #expect(down["master"] == nil)
        #expect((down["flags"] as? [String])?.contains("UP") == false)
        try path.remove(port())
    }

    @Test func `applying twice changes nothing`() throws {
        for _ in 1...2 { try path.apply(port()) }
        #expect(try path.ports().map(\.representor) == ["rep0"])
    }

    @Test func `a bridge that somebody removed comes back with the next port`() throws {
        try path.apply(port())
        try sandbox.ip("link delete \(Self.interface)")
        try path.apply(port())
        #expect(try link("rep0")["master"] as? String == Self.interface)
    }

    @Test func `a representor that went away is no obstacle to the end`() throws {
        try path.apply(port())
        try sandbox.ip("link delete rep0")
        #expect(try path.ports().map(\.received) == [nil])
        try path.remove(port())
        #expect(try path.ports().isEmpty)
    }

    @Test func `what is missing is told`() throws {
        let mac: [UInt8] = [2, 0, 0, 0, 0, 9]
        #expect(throws: DataPathError.noRepresentor(mac: "02:00:00:00:00:09")) {
            try path.apply(port(mac: mac))
        }
        #expect(throws: DataPathError.noInterface("gone")) {
            try path.apply(port(mac: [2, 0, 0, 0, 0, 2]))
        }
        var trunk = port()
        trunk.spec?.type = .trunk
        #expect(throws: DataPathError.noTrunks) { try path.apply(trunk) }
    }

    @Test func `a gateway lends its addresses and MAC to the bridge`() throws {
        var svi = Bench.svi()
        svi.name = Kind.svis.prefix + "gate"
        svi.spec?.gatewayIPPrefixes = [prefix(10, 24), prefix(11, 16)]
        try path.apply(svi)
        #expect(try link(Self.interface)["address"] as? String == "02:00:00:00:00:fe")
        #expect(try addresses() == ["10.0.0.1/24", "11.0.0.1/16"])
        svi.spec?.gatewayIPPrefixes = [prefix(11, 16), prefix(12, 8)]
        try path.apply(svi)
        #expect(try addresses() == ["11.0.0.1/16", "12.0.0.1/8"])
        try path.remove(svi)
        #expect(try addresses() == [])
        svi.spec?.gatewayIPPrefixes = [IPPrefixMessage()]
        #expect(throws: DataPathError.badAddress("{}")) { try path.apply(svi) }
    }

    @Test func `a reset removes ours and nobody else's`() throws {
        try path.apply(port())
        try sandbox.ip("link add lb-other type bridge")
        let again = LinuxBridges(path.representors, links: try sandbox.socket())
        try again.reset()
        #expect(try sandbox.names().contains("lb-other"))
        #expect(try !sandbox.names().contains(Self.interface))
        #expect(try link("rep0")["master"] == nil)
        try again.reset()
    }

    private func prefix(_ first: UInt32, _ length: Int32) -> IPPrefixMessage {
        IPPrefixMessage {
            $0.address = IPAddressMessage {
                $0.family = .v4
                $0.v4 = first << 24 | 1
            }
            $0.length = length
        }
    }

    private func addresses() throws -> [String] {
        let link = try #require(try sandbox.json("address show \(Self.interface)").first)
        let entries = link["addr_info"] as? [[String: any Sendable]] ?? []
        return entries.map { "\($0["local"] ?? "")/\($0["prefixlen"] ?? "")" }.sorted()
    }
}
