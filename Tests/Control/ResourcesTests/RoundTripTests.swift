// SPDX-License-Identifier: Apache-2.0

import JSON
import Resources
import Testing

@Suite struct RoundTripTests {
    @Test(
        arguments: [
            (Samples.netdev, Netdev.self), (Samples.network, DPUNetwork.self),
            (Samples.xpu, XPU.self), (Samples.block, AddressBlock.self),
            (Samples.lease, Lease.self), (Samples.node, Node.self),
        ] as [(String, any Resource.Type)]
    )
    func `nothing known is lost and nothing else is written`(
        text: String,
        kind: any Resource.Type
    ) throws {
        func check<R: Resource>(_ kind: R.Type) throws {
            let object = try Samples.read(text, as: R.self)
            let written = object.json
            #expect(written == (try Samples.known(text, in: kind)))
            let again = try R(JSONNode(JSONValue(parsing: written.encoded())))
            #expect(again == object)
        }
        try check(kind)
    }

    /// What a server must not see: empty lists, nulls and its own fields.
    @Test(
        arguments: [
            (
                Netdev.self,
                """
                {"apiVersion": "xpu.opiproject.org/v1alpha1", "kind": "Netdev",
                 "metadata": {"name": "a", "namespace": "n"},
                 "spec": {"nodeName": "w", "xpuRef": "x", "pciAddress": "0000:3b:00.2",
                          "backend": "VF", "macAddress": "02:00:5e:10:00:01", "networkRef": "b",
                          "interfaceRole": "Secondary"}}
                """
            ),
            (
                DPUNetwork.self,
                """
                {"apiVersion": "xpu.opiproject.org/v1alpha1", "kind": "DPUNetwork",
                 "metadata": {"name": "a"},
                 "spec": {"priority": 0, "deviceSelector": {"pciAddresses": ["0000:3b:00.2"]},
                          "interfaceRole": "Secondary", "logicalBridge": {"vlan": 1}}}
                """
            ),
            (
                XPU.self,
                """
                {"apiVersion": "xpu.opiproject.org/v1alpha1", "kind": "XPU",
                 "metadata": {"name": "a"}, "spec": {"hostNode": "w"}}
                """
            ),
            (
                Lease.self,
                """
                {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "a"}}
                """
            ),
        ] as [(any Resource.Type, String)]
    )
    func `what says nothing is not written`(kind: any Resource.Type, text: String) throws {
        func check<R: Resource>(_ kind: R.Type) throws {
            let object = try Samples.read(text, as: R.self)
            #expect(object.json == (try JSONValue(parsing: Array(text.utf8))))
        }
        try check(kind)
    }

    @Test func `defaults are those of the schema`() throws {
        let netdev = try Samples.read(
            """
            {"metadata": {"name": "a"},
             "spec": {"nodeName": "w", "xpuRef": "x", "pciAddress": "0000:3b:00.2",
                      "macAddress": "02:00:5e:10:00:01", "networkRef": "b", "mtu": null}}
            """,
            as: Netdev.self
        )
        #expect(netdev.spec.backend == .vf && netdev.spec.interfaceRole == .secondary)
        #expect(netdev.spec.mtu == nil && netdev.status == Netdev.Status())
        let network = try Samples.read(
            """
            {"metadata": {"name": "a"},
             "spec": {"deviceSelector": {"pciAddresses": ["0000:3b:00.2"]},
                      "logicalBridge": {"vlan": 1}, "routes": []}}
            """,
            as: DPUNetwork.self
        )
        #expect(network.spec.priority == 0 && network.spec.interfaceRole == .secondary)
        #expect(network.spec.routes == [])
        #expect(network.json["spec"]?["routes"] == [])
    }
}
