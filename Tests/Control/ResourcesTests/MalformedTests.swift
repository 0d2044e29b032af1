// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON
import Resources
import Testing

@Suite struct MalformedTests {
    /// Reads the sample with `good` replaced by `bad` and compares how the complaint begins.
    private func check<R: Resource>(
        _: R.Type,
        _ sample: String,
        _ change: (String, String, String)
    ) throws {
        let (good, bad, start) = change
        #expect(sample.contains(good))
        let text = sample.replacingOccurrences(of: good, with: bad)
        let error = try #require(throws: JSONShapeError.self) {
            try Samples.read(text, as: R.self)
        }
        #expect("\(error)".hasPrefix(start), "\(error)")
    }

    @Test(arguments: [
        ("xpu.opiproject.org/v1alpha1", "xpu.opiproject.org/v1", "apiVersion: "),
        (#""kind": "Netdev""#, #""kind": "XPU""#, #"kind: "XPU" is not Netdev"#),
        (#""name": "worker-1.0000-3b-00-2","#, "", "metadata.name is missing"),
        (#""generation": 2,"#, #""generation": -1,"#, "metadata.generation: -1"),
        (#""47e73c9b4c3c6e74""#, "1", "metadata.labels.xpu.opiproject.org/node: a string"),
        (#"["xpu.opiproject.org/port"]"#, "[1]", "metadata.finalizers[0]: a string"),
        (#""SF""#, #""PF""#, #"spec.backend: "PF" is not one of VF, SF"#),
        (#""Primary""#, #""primary""#, #"spec.interfaceRole: "primary" is not one of Primary,"#),
        ("02:00:5e:10:00:01", "02:00:5e:10:00", #"spec.macAddress: "02:00:5e:10:00" is not"#),
        ("1400", "67", "spec.mtu: 67 is not"),
        (#""blue""#, #""""#, #"spec.networkRef: "" is not"#),
        (#""nodeName": "worker-1","#, "", "spec.nodeName is missing"),
        ("0000:3b:00.2", "3b:00.2", #"spec.pciAddress: "3b:00.2" is not a PCI address"#),
        (#""net1""#, #""longer-than-15-c""#, "spec.ifName: "),
        (#", "uid": "u-1""#, "", "spec.podRef.uid is missing"),
        (#""True""#, #""true""#, "status.conditions[0].status: "),
        (#""reason": "PortUp","#, "", "status.conditions[0].reason is missing"),
        (#""fd00::1""#, #""fd00:1""#, #"status.gateways[1]: "fd00:1" is not an IP address"#),
        ("fd00::5/64", "fd00::5", #"status.ips[1]: "fd00::5" is not a CIDR"#),
        ("10.1.0.0/16", "10.1.0.0/33", "status.routes[1].dst: "),
        (#""gw": "10.0.0.1""#, #""gw": """#, "status.routes[0].gw: "),
        (#""operStatus": "Up", "#, "", "status.opiPort.operStatus is missing"),
        (#""Connected""#, #""Done""#, "status.phase: "),
    ])
    func `a Netdev names the place`(change: (String, String, String)) throws {
        try check(Netdev.self, Samples.netdev, change)
    }

    @Test(arguments: [
        (#"["0000:3b:00.2", "0000:3b:00.3"]"#, "[]", "spec.deviceSelector.pciAddresses: [] is"),
        ("0000:3b:00.3", "", "spec.deviceSelector.pciAddresses[1]: "),
        (#""vlan": 10,"#, #""vlan": 4095,"#, "spec.logicalBridge.vlan: 4095"),
        ("10010", "0", "spec.logicalBridge.vni: 0"),
        ("opi.example.com/blue", "blue", "spec.resourceName: "),
        (#""yes""#, "true", "spec.nodeSelector.example.com/xpu: a string"),
        ("-3", "1.5", "spec.priority: 1.5"),
        ("10.10.0.0/24", "10.10.0.0", "spec.ipam.subnets[0].cidr: "),
        (#""gateway": "10.10.0.1""#, #""gateway": "10.11.0.1""#, "spec.ipam.subnets[0].gateway: "),
        ("10.10.0.128/25", "x", "spec.ipam.subnets[0].exclude[0]: "),
        (#""perNodeBlock": 28"#, #""perNodeBlock": 23"#, "spec.ipam.subnets[0].perNodeBlock: 23"),
        (#""perNodeBlock": 28"#, #""perNodeBlock": 33"#, "spec.ipam.subnets[0].perNodeBlock: 33"),
        ("fd00:10::/64", "10.11.0.0/24", "spec.ipam.subnets[1]: "),
        (#""subnets":"#, #""nets":"#, "spec.ipam.subnets is missing"),
        ("10.0.0.0/8", "10", "spec.routes[0].dst: "),
    ])
    func `a DPUNetwork names the place`(change: (String, String, String)) throws {
        try check(DPUNetwork.self, Samples.network, change)
    }

    @Test(arguments: [
        (#""worker-1""#, "1", "spec.hostNode: a string"),
        (#""first": 10,"#, #""first": 20,"#, "spec.allowed.vlans[0].last: 19 is not"),
        (#""last": 4094}"#, #""last": 4095}"#, "spec.allowed.vlans[1].last: 4095"),
        (#""vnis": []"#, #""vnis": {}"#, "spec.allowed.vnis: an array"),
        ("fd00::/8", "fd00::", "spec.allowed.cidrs[1]: "),
        (#""ports": 0"#, #""ports": -1"#, "status.ports: -1"),
        (#", "version": "0.2.0""#, "", "status.agent.version is missing"),
    ])
    func `an XPU names the place`(change: (String, String, String)) throws {
        try check(XPU.self, Samples.xpu, change)
    }

    @Test(arguments: [
        ("10.10.0.16/28", "10.10.0.16", "spec.cidr: "),
        (#""uid": "u-7""#, #""id": "u-7""#, "spec.networkRef.uid is missing"),
    ])
    func `an AddressBlock names the place`(change: (String, String, String)) throws {
        try check(AddressBlock.self, Samples.block, change)
    }

    @Test func `a Lease names the place`() throws {
        let change = ("15", #""15""#, "spec.leaseDurationSeconds: a number")
        try check(Lease.self, Samples.lease, change)
    }

    /// 253 bytes pass and one more does not: the limit of the schema, not of us.
    @Test func `a name is as long as the schema says`() throws {
        let longest = String(repeating: "n", count: 253)
        let good = #""nodeName": "worker-1""#
        let text = Samples.netdev.replacingOccurrences(
            of: good,
            with: #""nodeName": "\#(longest)""#
        )
        #expect(try Samples.read(text, as: Netdev.self).spec.nodeName == longest)
        let change = (good, #""nodeName": "\#(longest)n""#, "spec.nodeName: ")
        try check(Netdev.self, Samples.netdev, change)
    }
}
