// SPDX-License-Identifier: Apache-2.0

import Kubelet
import RPC
import TestSupport
import Testing

/// The control API against python-protobuf and its `.proto` file.
@Suite struct MessageTests {
    private static let proto = "Sources/Sandbox/Kubelet/pods.proto"

    @Test func `python and we agree on every message of the control API`() async throws {
        let proto = Self.proto
        var peer = ProtobufPeer()
        peer.add("opi_xpu.sandbox.v1.RunPodRequest", proto: proto) { $0.runPodRequest() }
        peer.add("opi_xpu.sandbox.v1.RunPodResponse", proto: proto) { $0.runPodResponse() }
        peer.add("opi_xpu.sandbox.v1.DeletePodRequest", proto: proto) { $0.deletePodRequest() }
        peer.add("opi_xpu.sandbox.v1.DeletePodResponse", proto: proto) { $0.deletePodResponse() }
        peer.add("opi_xpu.sandbox.v1.InterfaceDeletion", proto: proto) { $0.interfaceDeletion() }
        peer.add("opi_xpu.sandbox.v1.ListPodsRequest", proto: proto) { _ in ListPodsRequest() }
        peer.add("opi_xpu.sandbox.v1.ListPodsResponse", proto: proto) { $0.listPodsResponse() }
        peer.add("opi_xpu.sandbox.v1.Pod", proto: proto) { $0.pod() }
        peer.add("opi_xpu.sandbox.v1.PodInterface", proto: proto) { $0.podInterface() }
        peer.add("opi_xpu.sandbox.v1.DeviceStateRequest", proto: proto) { _ in DeviceStateRequest()
        }
        peer.add("opi_xpu.sandbox.v1.DeviceStateResponse", proto: proto) {
            $0.deviceStateResponse()
        }
        peer.add("opi_xpu.sandbox.v1.ResourceState", proto: proto) { $0.resourceState() }
        peer.add("opi_xpu.sandbox.v1.DeviceHealth", proto: proto) { $0.deviceHealth() }
        peer.add("opi_xpu.sandbox.v1.PluginRegistration", proto: proto) { $0.pluginRegistration() }
        peer.add("opi_xpu.sandbox.v1.DeviceAssignment", proto: proto) { $0.deviceAssignment() }
        #expect(try peer.types.sorted() == Declarations.messages(in: "Sources/Sandbox/Kubelet"))
        for line in try await peer.disagreements() { Issue.record("\(line)") }
    }

    @Test func `calls are those of the proto file, all of them`() throws {
        let declared = try Declarations.calls(in: Self.proto)
        let ours = [
            PodsMethods.deletePod.call, PodsMethods.deviceState.call, PodsMethods.listPods.call,
            PodsMethods.runPod.call,
        ]
        #expect(declared == ours)
    }
}

extension Method {
    /// The call as ``Declarations/calls(in:)`` has it.
    fileprivate var call: String { "\(path) (\(Request.self)) \(Response.self)" }
}
