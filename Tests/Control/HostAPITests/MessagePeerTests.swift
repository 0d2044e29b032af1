// SPDX-License-Identifier: Apache-2.0

import HostAPI
import TestSupport
import Testing

/// Every message against python-protobuf, both directions.
@Suite struct MessagePeerTests {
    private static let proto = "Sources/Control/HostAPI/host.proto"

    @Test func `python and we agree on every message of the host agent`() async throws {
        let proto = Self.proto
        var peer = ProtobufPeer()
        peer.add("opi_xpu.host.v1.AllocateResponse", proto: proto) { _ in AllocateResponse() }
        peer.add("opi_xpu.host.v1.DetachResponse", proto: proto) { _ in DetachResponse() }
        peer.add("opi_xpu.host.v1.FollowPoolsRequest", proto: proto) { _ in FollowPoolsRequest() }
        peer.add("opi_xpu.host.v1.Pools", proto: proto) { $0.pools() }
        peer.add("opi_xpu.host.v1.Pool", proto: proto) { $0.pool() }
        peer.add("opi_xpu.host.v1.AllocateRequest", proto: proto) { $0.allocation() }
        peer.add("opi_xpu.host.v1.AttachRequest", proto: proto) { $0.attachment() }
        peer.add("opi_xpu.host.v1.AttachResponse", proto: proto) { $0.interface() }
        peer.add("opi_xpu.host.v1.PodReference", proto: proto) { $0.pod() }
        peer.add("opi_xpu.host.v1.InterfaceAddress", proto: proto) { $0.address() }
        peer.add("opi_xpu.host.v1.InterfaceRoute", proto: proto) { $0.route() }
        peer.add("opi_xpu.host.v1.DetachRequest", proto: proto) { $0.detachment() }
        #expect(try peer.types.sorted() == Declarations.messages(in: "Sources/Control/HostAPI"))
        for line in try await peer.disagreements() { Issue.record("\(line)") }
    }
}
