// SPDX-License-Identifier: Apache-2.0

import KubeletAPI
import TestSupport
import Testing

/// Every message against python-protobuf, both directions.
@Suite struct MessagePeerTests {
    private static let proto = "Tests/peers/protos/deviceplugin.proto"

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
        #expect(try peer.types.sorted() == Declarations.messages(in: "Sources/Control/KubeletAPI"))
        for line in try await peer.disagreements() { Issue.record("\(line)") }
    }
}
