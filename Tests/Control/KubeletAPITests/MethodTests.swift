// SPDX-License-Identifier: Apache-2.0

import KubeletAPI
import RPC
import TestSupport
import Testing

@Suite struct MethodTests {
    @Test func `calls are the kubelet's`() throws {
        let declared = try Declarations.calls(in: "Tests/peers/protos/deviceplugin.proto")
        #expect(declared.count == 6)
        #expect(declared.contains(KubeletMethods.register.call))
        #expect(declared.contains(KubeletMethods.options.call))
        #expect(declared.contains(KubeletMethods.listAndWatch.call))
        #expect(declared.contains(KubeletMethods.allocate.call))
        #expect(declared.contains(KubeletMethods.preferredAllocation.call))
        #expect(declared.contains(KubeletMethods.preStart.call))
    }

    @Test func `calls are those of the pod resources API`() throws {
        let declared = try Declarations.calls(in: "Tests/peers/protos/podresources.proto")
        let ours = [
            PodResourcesMethods.get.call, PodResourcesMethods.allocatable.call,
            PodResourcesMethods.list.call,
        ]
        #expect(declared == ours)
    }

    @Test func `names do what they say`() {
        #expect(KubeletMethods.register.path == "/v1beta1.Registration/Register")
        #expect(KubeletMethods.options.path == "/v1beta1.DevicePlugin/GetDevicePluginOptions")
        #expect(KubeletMethods.listAndWatch.path == "/v1beta1.DevicePlugin/ListAndWatch")
        #expect(KubeletMethods.allocate.path == "/v1beta1.DevicePlugin/Allocate")
        #expect(KubeletMethods.version == "v1beta1")
    }
}

extension Method {
    /// The call as ``Declarations/calls(in:)`` has it.
    fileprivate var call: String { "\(path) (\(Request.self)) \(Response.self)" }
}
