// SPDX-License-Identifier: Apache-2.0

import KubeletAPI
import TestSupport
import Testing

/// Every message against python-protobuf, both directions.
@Suite struct MessagePeerTests {
    private static let proto = "Tests/peers/protos/deviceplugin.proto"
    private static let podsProto = "Tests/peers/protos/podresources.proto"

    @Test func `python and we agree on every message of the kubelet`() async throws {
        let proto = Self.proto
        var peer = ProtobufPeer()
        peer.add("v1beta1.Empty", proto: proto) { _ in Empty() }
        peer.add("v1beta1.DevicePluginOptions", proto: proto) { $0.options() }
        peer.add("v1beta1.RegisterRequest", proto: proto) { $0.registration() }
        peer.add("v1beta1.NUMANode", proto: proto) { $0.node() }
        peer.add("v1beta1.TopologyInfo", proto: proto) { $0.topology() }
        peer.add("v1beta1.Device", proto: proto) { $0.device() }
        peer.add("v1beta1.ListAndWatchResponse", proto: proto) { $0.devices() }
        peer.add("v1beta1.ContainerAllocateRequest", proto: proto) { $0.containerRequest() }
        peer.add("v1beta1.AllocateRequest", proto: proto) { $0.request() }
        peer.add("v1beta1.Mount", proto: proto) { $0.mount() }
        peer.add("v1beta1.DeviceSpec", proto: proto) { $0.file() }
        peer.add("v1beta1.CDIDevice", proto: proto) { $0.cdiDevice() }
        peer.add("v1beta1.ContainerAllocateResponse", proto: proto) { $0.containerResponse() }
        peer.add("v1beta1.AllocateResponse", proto: proto) { $0.response() }
        peer.add("v1beta1.PreferredAllocationRequest", proto: proto) {
            $0.preferredAllocationRequest()
        }
        peer.add("v1beta1.ContainerPreferredAllocationRequest", proto: proto) {
            $0.containerPreferredAllocationRequest()
        }
        peer.add("v1beta1.PreferredAllocationResponse", proto: proto) {
            $0.preferredAllocationResponse()
        }
        peer.add("v1beta1.ContainerPreferredAllocationResponse", proto: proto) {
            $0.containerPreferredAllocationResponse()
        }
        peer.add("v1beta1.PreStartContainerRequest", proto: proto) { $0.preStartContainerRequest() }
        peer.add("v1beta1.PreStartContainerResponse", proto: proto) { _ in
            PreStartContainerResponse()
        }
        let pods = Self.podsProto
        peer.add("v1.ListPodResourcesRequest", proto: pods) { _ in ListPodResourcesRequest() }
        peer.add("v1.ListPodResourcesResponse", proto: pods) { $0.listPodResourcesResponse() }
        peer.add("v1.GetPodResourcesRequest", proto: pods) { $0.getPodResourcesRequest() }
        peer.add("v1.GetPodResourcesResponse", proto: pods) { $0.getPodResourcesResponse() }
        peer.add("v1.PodResources", proto: pods) { $0.podResources() }
        peer.add("v1.ContainerResources", proto: pods) { $0.containerResources() }
        peer.add("v1.ContainerDevices", proto: pods) { $0.containerDevices() }
        peer.add("v1.ContainerMemory", proto: pods) { $0.containerMemory() }
        peer.add("v1.DynamicResource", proto: pods) { $0.dynamicResource() }
        peer.add("v1.ClaimResource", proto: pods) { $0.claimResource() }
        peer.add("v1.AllocatableResourcesRequest", proto: pods) { _ in AllocatableResourcesRequest()
        }
        peer.add("v1.AllocatableResourcesResponse", proto: pods) {
            $0.allocatableResourcesResponse()
        }
        #expect(try peer.types.sorted() == Declarations.messages(in: "Sources/Control/KubeletAPI"))
        for line in try await peer.disagreements() { Issue.record("\(line)") }
    }
}
