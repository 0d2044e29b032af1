// SPDX-License-Identifier: Apache-2.0

import Addressing
import Configuration
import GRPC
import HostAgent
import PCI
import TestSupport
import Testing

/// Every state of the diagram with every verb.
@Suite struct NetdevTableTests {
    private let fixture: Fixture
    private let function: PCIAddress
    private let mac: MACAddress

    init() throws {
        fixture = try Fixture()
        function = try fixture.function(0)
        mac = try fixture.mac(0)
    }

    enum State: CaseIterable {
        case absent, allocated, held, dying, stray
    }

    private func table(_ state: State) throws -> NetdevTable {
        var table = NetdevTable()
        switch state {
        case .absent: break
        case .allocated: _ = try table.allocate(function, mac: mac, in: fixture.blue, now: 1)
        case .held: _ = try bind(&table, "c1", now: 1)
        case .dying:
            _ = try bind(&table, "c1", now: 1)
            table.retire(function, now: 1)
        case .stray: _ = table.adoptStray(function, network: "blue", now: 1)
        }
        return table
    }

    private func bind(
        _ table: inout NetdevTable,
        _ container: String,
        now: Int = 2
    ) throws -> NetdevTable.Binding {
        let holder = try fixture.holder(container)
        return try table.bind(function, to: holder, mac: mac, in: fixture.blue, now: now)
    }

    private func state(of table: NetdevTable) -> State {
        guard let netdev = table.netdevs[function] else { return .absent }
        guard netdev.isWanted else { return netdev.mac == .zero ? .stray : .dying }
        return netdev.holder == nil ? .allocated : .held
    }

    @Test(arguments: State.allCases)
    func `bind by the holder or to a free function`(from: State) throws {
        var table = try table(from)
        let binding = try bind(&table, "c1")
        switch from {
        case .absent, .allocated, .held:
            let netdev = try #require(table.netdevs[function])
            #expect(binding == .bound(netdev))
            #expect(netdev.holder?.containerID == "c1")
            #expect(netdev.addresses.map(\.description) == ["10.0.0.1/29"])
            #expect(netdev.since == (from == .held ? 1 : 2))
        case .dying, .stray:
            #expect(binding == .dying)
            #expect(state(of: table) == from)
        }
    }

    @Test(arguments: State.allCases)
    func `bind by another container`(from: State) throws {
        var table = try table(from)
        let before = table.netdevs
        guard from == .held else {
            let isBound = try bind(&table, "c2") != .dying
            #expect(isBound == (from == .absent || from == .allocated))
            return
        }
        let error = #expect(throws: Status.self) { _ = try bind(&table, "c2") }
        #expect(error?.code == .failedPrecondition)
        #expect(error?.message.contains("held by container c1") == true)
        #expect(table.netdevs == before)
    }

    @Test(arguments: State.allCases)
    func allocate(from: State) throws {
        var table = try table(from)
        let before = table.netdevs
        let netdev = try table.allocate(function, mac: mac, in: fixture.blue, now: 2)
        switch from {
        case .absent, .allocated:
            #expect(netdev == table.netdevs[function])
            #expect(netdev?.holder == nil)
            #expect(netdev?.since == 2)
            #expect(state(of: table) == .allocated)
        case .held, .dying, .stray:
            #expect(netdev == nil)
            #expect(table.netdevs == before)
        }
    }

    @Test(arguments: State.allCases)
    func `detach by the holder`(from: State) throws {
        var table = try table(from)
        let before = table.netdevs
        let released = table.detach(containerID: "c1", interfaceName: "eth0", now: 2)
        guard from == .held else {
            #expect(released.isEmpty)
            #expect(table.netdevs == before)
            return
        }
        #expect(released == table.netdevs[function].map { [$0] })
        #expect(released.first?.since == 2)
        #expect(state(of: table) == .dying)
    }

    @Test(arguments: State.allCases, [("c2", "eth0"), ("c1", "eth1"), ("", ""), ("c1", "")])
    func `a late or foreign detach takes nothing`(from: State, other: (String, String)) throws {
        var table = try table(from)
        let before = table.netdevs
        let released = table.detach(containerID: other.0, interfaceName: other.1, now: 2)
        #expect(released.isEmpty)
        #expect(table.netdevs == before)
    }

    @Test(arguments: State.allCases)
    func retire(from: State) throws {
        var table = try table(from)
        let before = table.netdevs
        let netdev = table.retire(function, now: 2)
        switch from {
        case .allocated, .held:
            #expect(netdev == table.netdevs[function])
            #expect(state(of: table) == .dying)
            // The address is not free before the port is gone.
            #expect(netdev?.addresses == before[function]?.addresses)
        case .absent, .dying, .stray:
            #expect(netdev == nil)
            #expect(table.netdevs == before)
        }
    }

    @Test(arguments: State.allCases)
    func adoptStray(from: State) throws {
        var table = try table(from)
        let before = table.netdevs
        let netdev = table.adoptStray(function, network: "blue", now: 2)
        if from == .absent {
            #expect(netdev == table.netdevs[function])
            #expect(state(of: table) == .stray)
            #expect(netdev?.addresses == [])
        } else {
            #expect(netdev == nil)
            #expect(table.netdevs == before)
        }
    }

    @Test(arguments: State.allCases)
    func forget(from: State) throws {
        var table = try table(from)
        guard let netdev = table.netdevs[function] else { return }
        let isForgotten = table.forget(netdev)
        #expect(isForgotten == (from == .dying || from == .stray))
        #expect(state(of: table) == (isForgotten ? .absent : from))
    }

    @Test func `a Netdev that changed since is not forgotten`() throws {
        var table = try table(.dying)
        let old = try #require(table.netdevs[function])
        _ = table.forget(old)
        _ = try bind(&table, "c2")
        table.retire(function, now: 3)
        let isForgotten = table.forget(old)
        #expect(!isForgotten)
        #expect(state(of: table) == .dying)
    }

    @Test func `another MAC address is taken over from its holder`() throws {
        var table = try table(.held)
        let holder = try fixture.holder("c1")
        let other = try fixture.mac(9)
        _ = try table.bind(function, to: holder, mac: other, in: fixture.blue, now: 2)
        #expect(table.netdevs[function]?.mac == other)
        #expect(table.netdevs[function]?.since == 2)
    }

    @Test(arguments: [State.allocated, .held])
    func `a function that changed its network loses its port first`(from: State) throws {
        var table = try table(from)
        let holder = try fixture.holder("c1")
        let binding = try table.bind(function, to: holder, mac: mac, in: fixture.green, now: 2)
        #expect(binding == .dying)
        let old = try #require(table.netdevs[function])
        #expect(!old.isWanted && old.network == "blue")
        _ = table.forget(old)
        _ = try table.bind(function, to: holder, mac: mac, in: fixture.green, now: 3)
        let addresses = table.netdevs[function]?.addresses.map(\.description)
        #expect(addresses == ["10.1.0.2/24"])
    }

    @Test(arguments: [
        #"{"cidr": "10.9.0.0/29"}"#, #"{"cidr": "10.0.0.0/28"}"#,
        #"{"cidr": "10.0.0.0/29", "gateway": "10.0.0.1"}"#,
        #"{"cidr": "10.0.0.0/29", "exclude": ["10.0.0.0/30"]}"#, "",
        #"{"cidr": "10.0.0.0/29"}, {"cidr": "fd00::/64"}"#,
    ])
    func `a prepared address that the network no longer gives is not bound`(subnets: String) throws
    {
        var table = try table(.allocated)
        let changed = try Fixture(subnets: subnets).blue
        let holder = try fixture.holder("c1")
        let binding = try table.bind(function, to: holder, mac: mac, in: changed, now: 2)
        #expect(binding == .dying)
        // A pod that runs keeps what it has.
        var running = try self.table(.held)
        let kept = try running.bind(function, to: holder, mac: mac, in: changed, now: 2)
        #expect(kept != .dying)
    }

    @Test func `no address is left for the seventh of six`() throws {
        var table = NetdevTable()
        let holder = try fixture.holder("c1")
        var given: Set<IPPrefix> = []
        for index in 0..<6 {
            let function = try fixture.function(index)
            _ = try table.bind(function, to: holder, mac: mac, in: fixture.blue, now: 1)
            given.formUnion(table.netdevs[function]?.addresses ?? [])
        }
        #expect(given.count == 6)
        let seventh = try fixture.function(6)
        let error = #expect(throws: Status.self) {
            _ = try table.allocate(seventh, mac: mac, in: fixture.blue, now: 1)
        }
        #expect(error?.code == .resourceExhausted)
        #expect(error?.message == "no address of 10.0.0.0/29 is free in network blue")
        #expect(table.netdevs[seventh] == nil)
        let first = try fixture.function(0)
        table.retire(first, now: 2)
        let dying = try #require(table.netdevs[first])
        #expect(throws: Status.self) {
            _ = try table.allocate(seventh, mac: mac, in: fixture.blue, now: 2)
        }
        _ = table.forget(dying)
        let netdev = try table.allocate(seventh, mac: mac, in: fixture.blue, now: 3)
        #expect(netdev?.addresses == dying.addresses)
    }

    @Test func `an address rests while others are free`() throws {
        var table = NetdevTable()
        var given: [String] = []
        for now in 0..<7 {
            let holder = try fixture.holder("c\(now)")
            _ = try table.bind(function, to: holder, mac: mac, in: fixture.blue, now: now)
            table.retire(function, now: now)
            let netdev = try #require(table.netdevs[function])
            given += netdev.addresses.map(\.description)
            _ = table.forget(netdev)
        }
        #expect(given == [1, 2, 3, 4, 5, 6, 1].map { "10.0.0.\($0)/29" })
    }

    @Test func `one address of each family`() throws {
        let both = #"{"cidr": "10.0.0.0/29"}, {"cidr": "fd00::/64", "gateway": "fd00::1"}"#
        let network = try Fixture(subnets: both).blue
        var table = NetdevTable()
        let netdev = try table.allocate(function, mac: mac, in: network, now: 1)
        #expect(netdev?.addresses.map(\.description) == ["10.0.0.1/29", "fd00::2/64"])
    }

    @Test func `a network without subnets gives no address`() throws {
        let network = try Fixture(subnets: "").blue
        var table = NetdevTable()
        let netdev = try table.allocate(function, mac: mac, in: network, now: 1)
        #expect(netdev?.addresses == [])
    }
}
