// SPDX-License-Identifier: Apache-2.0

import Resources
import Testing

@Suite struct ResourceTypeTests {
    @Test func `has the paths of the API reference`() {
        let netdev = Netdev.type
        #expect(netdev.apiVersion == "xpu.opiproject.org/v1alpha1")
        #expect(netdev.path(namespace: nil) == "/apis/xpu.opiproject.org/v1alpha1/netdevs")
        #expect(
            netdev.path(namespace: "opi-xpu", name: "a", subresource: "status")
                == "/apis/xpu.opiproject.org/v1alpha1/namespaces/opi-xpu/netdevs/a/status"
        )
        #expect(Node.type.apiVersion == "v1")
        #expect(Node.type.path(namespace: nil) == "/api/v1/nodes")
        #expect(Node.type.path(namespace: "ignored", name: "a") == "/api/v1/nodes/a")
        #expect(
            Lease.type.path(namespace: "x") == "/apis/coordination.k8s.io/v1/namespaces/x/leases"
        )
    }
}
