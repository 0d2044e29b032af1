// SPDX-License-Identifier: Apache-2.0

import Addressing
import PCI
import Resources
import Testing

@Suite struct MeaningTests {
    @Test func `a Netdev is named and labelled after node, function and card`() throws {
        let sample = try Samples.read(Samples.netdev, as: Netdev.self)
        let made = Netdev(namespace: "opi-xpu", spec: sample.spec)
        #expect(made.metadata.name == sample.metadata.name)
        #expect(made.metadata.labels == sample.metadata.labels)
        #expect(made.metadata.finalizers.isEmpty && !made.isDeleting && sample.isDeleting)
        #expect(sample.metadata.finalizers == [Netdev.portFinalizer])
        let selector = Labels.selector(Labels.node, "worker-1")
        #expect(selector == "xpu.opiproject.org/node=47e73c9b4c3c6e74")
    }

    /// Names by Python: `ipaddress.ip_network(text).exploded`, `:` and `/` as `-`.
    @Test(arguments: [
        ("10.10.0.16/28", "10.10.0.16-28"),
        ("0.0.0.0/0", "0.0.0.0-0"),
        ("255.255.255.255/32", "255.255.255.255-32"),
        ("2001:db8::/64", "2001-0db8-0000-0000-0000-0000-0000-0000-64"),
        ("::/0", "0000-0000-0000-0000-0000-0000-0000-0000-0"),
        ("::1/128", "0000-0000-0000-0000-0000-0000-0000-0001-128"),
        ("::ffff:10.0.0.0/104", "0000-0000-0000-0000-0000-ffff-0a00-0000-104"),
        ("fd00:10:0:1::8000/113", "fd00-0010-0000-0001-0000-0000-0000-8000-113"),
    ])
    func `an AddressBlock is named after its range`(text: String, name: String) throws {
        let cidr = try #require(IPPrefix(text))
        #expect(AddressBlock.name(of: cidr) == name)
        #expect(AddressBlock.cidr(named: name) == cidr)
    }

    @Test func `host bits give a range no second name`() throws {
        let cidr = try #require(IPPrefix("10.10.0.17/28"))
        #expect(AddressBlock.name(of: cidr) == "10.10.0.16-28")
    }

    @Test(arguments: [
        "", "-", "10.10.0.16", "10.10.0.17-28", "10.10.0.16-33", "10.10.0.16-028", "10.10.0.16-",
        "2001-db8-0-0-0-0-0-0-64", "2001-0DB8-0000-0000-0000-0000-0000-0000-64",
        "2001-0db8-0000-0000-0000-0000-0000-64", "2001-0db8--64",
        "2001-0db8-0000-0000-0000-0000-0000-0001-64", "10.10.0.16/28",
    ])
    func `what is not the name of a range is none`(name: String) {
        #expect(AddressBlock.cidr(named: name) == nil)
    }

    @Test func `a DPUNetwork selects nodes by their labels`() throws {
        var network = try Samples.read(Samples.network, as: DPUNetwork.self)
        #expect(network.selects(["example.com/xpu": "yes", "zone": "a", "more": ""]))
        #expect(!network.selects(["example.com/xpu": "yes"]))
        #expect(!network.selects(["example.com/xpu": "yes", "zone": "b"]))
        network.spec.nodeSelector = [:]
        #expect(network.selects([:]))
    }

    @Test func `of two networks one gets the function`() throws {
        func network(_ name: String, _ priority: Int, _ time: String) throws -> DPUNetwork {
            var network = try Samples.read(Samples.network, as: DPUNetwork.self)
            network.metadata.name = name
            network.metadata.creationTimestamp = time
            network.spec.priority = priority
            return network
        }
        let ranks = try [
            network("z", 1, "2026-11-24T08:00:01Z"), network("y", 0, "2026-11-24T08:00:00Z"),
            network("a", 0, "2026-11-24T08:00:01Z"), network("b", 0, "2026-11-24T08:00:01Z"),
        ]
        for (index, higher) in ranks.enumerated() {
            for lower in ranks[(index + 1)...] {
                #expect(higher.outranks(lower) && !lower.outranks(higher))
            }
            #expect(!higher.outranks(higher))
        }
    }

    @Test func `an XPU permits what lies within its lists`() throws {
        let allowed = try Samples.read(Samples.xpu, as: XPU.self).spec.allowed
        for (vlan, permitted) in [(9, false), (10, true), (19, true), (20, false), (4094, true)] {
            #expect(allowed.permits(vlan: UInt32(vlan)) == permitted)
        }
        #expect(!allowed.permits(vni: 10010), "an empty list permits nothing")
        for (text, permitted) in [
            ("10.0.0.0/8", true), ("10.255.0.0/16", true), ("8.0.0.0/7", false),
            ("10.0.0.0/7", false), ("11.0.0.0/16", false), ("0.0.0.0/0", false),
            ("fd12::/64", true), ("fc00::/7", false),
        ] {
            let cidr = try #require(IPPrefix(text))
            #expect(allowed.permits(cidr: cidr) == permitted, "\(text)")
        }
        let anything = XPU.Allowed()
        let all = try #require(IPPrefix("::/0"))
        #expect(
            anything.permits(vlan: 1) && anything.permits(vni: 1) && anything.permits(cidr: all)
        )
    }

    @Test func `a condition keeps its time while its status stays`() {
        func ready(_ status: Condition.Status, _ reason: String, at time: String) -> Condition {
            Condition(
                type: Condition.ready,
                status: status,
                reason: reason,
                message: reason,
                lastTransitionTime: time
            )
        }
        var port = ready(.yes, "Up", at: "1")
        port.type = Condition.portReady
        var conditions: [Condition] = []
        conditions.set(ready(.no, "Waiting", at: "1"))
        conditions.set(port)
        conditions.set(ready(.no, "Refused", at: "2"))
        #expect(conditions == [ready(.no, "Refused", at: "1"), port])
        conditions.set(ready(.yes, "Done", at: "3"))
        #expect(conditions == [ready(.yes, "Done", at: "3"), port])
        #expect(conditions[Condition.portReady] == port)
        #expect(conditions[Condition.addressAssigned] == nil)
    }
}
