// SPDX-License-Identifier: Apache-2.0

import Configuration
import Devices
import Foundation
import PCI
import TestSupport
import Testing

@Suite struct FunctionPoolTests {
    private let sysfs: FakeSysfs
    private let pools: [FunctionPool]

    init() throws {
        sysfs = try FakeSysfs()
        let scratch = try Scratch()
        let text = """
            {"version": 1, "opi": {"server": "unix:/x"}, "networks": [
              {"name": "blue", "resourceName": "opi.example.com/blue",
               "logicalBridge": {"vlan": 10},
               "deviceSelector": {"pciAddresses": ["0000:3b:00.3", "0000:3b:00.2"]}},
              {"name": "hidden", "logicalBridge": {"vlan": 20},
               "deviceSelector": {"pciAddresses": ["0000:3b:00.4"]}},
              {"name": "empty", "resourceName": "opi.example.com/empty",
               "logicalBridge": {"vlan": 30},
               "deviceSelector": {"pciAddresses": []}}]}
            """
        let path = try scratch.write(text, to: "config.json")
        pools = FunctionPool.pools(of: try NodeConfiguration(contentsOf: path))
    }

    private func states() throws -> [FunctionState] {
        try #require(pools.first).states(in: sysfs.tree)
    }

    private func state(
        _ text: String,
        _ isPresent: Bool,
        _ node: Int? = nil
    ) throws
        -> FunctionState
    {
        let function = try #require(PCIAddress(text))
        return FunctionState(function: function, isPresent: isPresent, numaNode: node)
    }

    @Test func `there is a pool for each network that is advertised`() {
        #expect(pools.map(\.network) == ["blue", "empty"])
        #expect(pools.map(\.resourceName) == ["opi.example.com/blue", "opi.example.com/empty"])
        #expect(pools.first?.members.map(\.description) == ["0000:3b:00.2", "0000:3b:00.3"])
        #expect(pools.last?.members.isEmpty == true)
    }

    @Test func `a pool without members has no states`() throws {
        #expect(try #require(pools.last).states(in: sysfs.tree).isEmpty)
    }

    @Test func `members that the bus does not have are not present`() throws {
        #expect(try states() == [state("0000:3b:00.2", false), state("0000:3b:00.3", false)])
    }

    @Test func `members come and go with the bus, each with its NUMA node`() throws {
        try sysfs.add("0000:3b:00.3", ["numa_node": "1"])
        try sysfs.add("0000:3b:00.4")
        #expect(try states() == [state("0000:3b:00.2", false), state("0000:3b:00.3", true, 1)])
        try sysfs.add("0000:3b:00.2", ["numa_node": "-1"])
        #expect(try states() == [state("0000:3b:00.2", true), state("0000:3b:00.3", true, 1)])
        try FileManager.default.removeItem(atPath: sysfs.path("0000:3b:00.3"))
        #expect(try states() == [state("0000:3b:00.2", true), state("0000:3b:00.3", false)])
    }

    @Test(arguments: [("numa_node", "many"), ("vendor", "8086"), ("class", "")])
    func `one that cannot be read is not present`(_ file: String, _ content: String) throws {
        try sysfs.add("0000:3b:00.2", [file: content])
        #expect(try states() == [state("0000:3b:00.2", false), state("0000:3b:00.3", false)])
    }

    @Test func `nothing is present without a sysfs`() throws {
        let states = try #require(pools.first).states(in: SysfsTree(root: "/nonexistent"))
        #expect(states.allSatisfy { !$0.isPresent })
    }
}
