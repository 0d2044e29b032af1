// SPDX-License-Identifier: Apache-2.0

import Addressing
import Configuration
import Inspect
import JSON
import Kernel
import PCI
import Resources
import TestSupport
import Testing

@Suite struct ReportTests {
    @Test func `columns are as wide as their widest cell, and empty cells show`() {
        var table = TextTable(["A", "LONG HEAD", "C"])
        table.add(["1", "x", ""])
        table.add(["a long cell", "", "3"])
        #expect(
            table.text == """
                A             LONG HEAD   C
                1             x           -
                a long cell   -           3

                """
        )
    }

    @Test func `what others wrote cannot command a terminal`() {
        #expect(TextTable.plain("a\u{1b}[2Jb\nc\u{9b}d") == "a [2Jb c d")
    }

    @Test func `a time before all times is no trap`() throws {
        let lease = Lease(
            metadata: ObjectMeta(name: "xpu-card-1"),
            spec: Lease.Spec(holderIdentity: "a", renewTime: "1700-01-01T00:00:00.000000Z")
        )
        let xpu = XPU(metadata: ObjectMeta(name: "card-1"), spec: XPU.Spec(hostNode: "n"))
        let facts = NetdevFacts(
            netdevs: [],
            unreadable: [],
            xpus: [xpu],
            leases: ["card-1": lease],
            now: Timestamp(unixNanoseconds: Int64.max)
        )
        #expect(facts.report.text.contains("card-1"))
    }

    private func netdev(_ phase: Netdev.Phase, _ condition: Condition) throws -> Netdev {
        var netdev = Netdev(
            namespace: "opi-xpu",
            spec: Netdev.Spec(
                nodeName: "node-a",
                xpuRef: "card-1",
                pciAddress: try #require(PCIAddress("0000:3b:00.2")),
                macAddress: try #require(MACAddress("02:00:00:00:00:01")),
                networkRef: "blue",
                podRef: Netdev.PodReference(namespace: "shop", name: "cart-0", uid: "u"),
                ifName: "net1"
            )
        )
        netdev.metadata.creationTimestamp = "2026-01-01T00:00:00Z"
        netdev.status.phase = phase
        netdev.status.ips = [try #require(IPPrefix("10.0.0.5/24"))]
        netdev.status.conditions = [condition]
        return netdev
    }

    private func ready(_ status: Condition.Status, _ message: String) -> Condition {
        Condition(
            type: Condition.ready,
            status: status,
            reason: "Why",
            message: message,
            lastTransitionTime: ""
        )
    }

    @Test func `Netdevs and cards are told with what is wrong with them`() throws {
        let xpu = XPU(
            metadata: ObjectMeta(name: "card-1"),
            spec: XPU.Spec(hostNode: "node-a")
        )
        let lease = Lease(
            metadata: ObjectMeta(name: "xpu-card-1"),
            spec: Lease.Spec(holderIdentity: "dpu-a", renewTime: "2026-01-01T00:02:50.000000Z")
        )
        let facts = NetdevFacts(
            netdevs: [try netdev(.error, ready(.no, "the card is on fire"))],
            unreadable: [],
            xpus: [xpu],
            leases: ["card-1": lease],
            now: try #require(Timestamp("2026-01-01T00:03:00Z"))
        )
        let report = facts.report
        let lines = report.text.split(separator: "\n").map { line in
            line.split(separator: " ").joined(separator: " ")
        }
        #expect(
            lines == [
                "NODE FUNCTION NETWORK POD INTERFACE ADDRESSES PHASE REASON AGE",
                "node-a 0000:3b:00.2 blue shop/cart-0 net1 10.0.0.5/24 Error Why 3m",
                "XPU HOST OPI SERVER READY AGENT RENEWED",
                "card-1 node-a - - dpu-a about 10s ago",
                "node-a.0000-3b-00-2: the card is on fire",
            ]
        )
        #expect(report.json["netdevs"]?[0]?["spec"]?["networkRef"]?.string == "blue")
    }

    @Test func `a node's functions are told from its files`() throws {
        let scratch = try Scratch()
        let sysfs = try FakeSysfs()
        try sysfs.add("0000:3b:00.2")
        try sysfs.makeDirectory("0000:3b:00.2", "net/ens1v0")
        let text = """
            {"version": 1, "node": "a", "opi": {"server": "unix:/s"},
             "paths": {"run": "\(scratch.path)", "sysfs": "\(sysfs.root)"},
             "networks": [{"name": "blue", "logicalBridge": {"vlan": 10},
               "deviceSelector": {"pciAddresses": ["0000:3b:00.2", "0000:3b:00.3"]}}]}
            """
        let configuration = try NodeConfiguration(
            contentsOf: try scratch.write(text, to: "config.json")
        )
        let question = DeviceQuestion(configuration)
        let empty = try question.answer().json
        #expect(empty[0]?["present"]?.bool == true)
        #expect(empty[0]?["netdevs"]?[0]?.string == "ens1v0")
        #expect(empty[1]?["present"]?.bool == false)
        #expect(empty[1]?["state"]?.string == "free")
        try Files.makeDirectory(scratch["netdevs"], mode: 0o700)
        try scratch.write(
            """
            {"version": 1, "function": "0000:3b:00.3", "network": "blue", "addresses":
             ["10.0.0.7/24"], "isWanted": true, "holder": {"containerID": "c1",
             "interfaceName": "net1", "pod": "", "podUID": ""}}
            """,
            to: "netdevs/0000:3b:00.3.json"
        )
        let held = try question.answer().json
        #expect(held[1]?["container"]?.string == "c1")
        #expect(held[1]?["addresses"]?[0]?.string == "10.0.0.7/24")
        #expect(held[1]?["state"]?.string == "bound")
        try scratch.write("{", to: "netdevs/0000:3b:00.2.json")
        try Files.makeDirectory(scratch["attachments"], mode: 0o700)
        try scratch.write("{", to: "attachments/0000:3b:00.2.json")
        let told = try question.answer()
        #expect(told.json[1]?["container"]?.string == "c1", "the others are told all the same")
        #expect(told.text.contains("netdevs/0000:3b:00.2.json: "))
        #expect(told.text.contains("attachments/0000:3b:00.2.json"))
    }

    @Test func `a file that cannot be read is told by its place`() throws {
        let scratch = try Scratch()
        let text = """
            {"version": 1, "node": "a", "kubernetes": {}, "paths": {"run": "\(scratch.path)"}}
            """
        let path = try scratch.write(text, to: "config.json")
        let configuration = try NodeConfiguration(contentsOf: path)
        #expect(try DeviceQuestion(configuration).answer().json.array == [])
        try scratch.write("{", to: "pools.json")
        do {
            _ = try DeviceQuestion(configuration).answer()
            Issue.record("it was read")
        } catch {
            #expect("\(error)".contains("pools.json"))
        }
    }
}
