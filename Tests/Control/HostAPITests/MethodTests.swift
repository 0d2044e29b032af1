// SPDX-License-Identifier: Apache-2.0

import HostAPI
import RPC
import TestSupport
import Testing

@Suite struct MethodTests {
    @Test func `calls are those of the proto file, all of them`() throws {
        let declared = try Declarations.calls(in: "Sources/Control/HostAPI/host.proto")
        let allocate = HostAgentMethods.allocate.call
        let ours = [
            allocate, HostAgentMethods.attach.call, HostAgentMethods.detach.call,
            HostAgentMethods.followPools.call,
        ]
        #expect(declared == ours)
    }

    @Test func `names do what they say`() {
        #expect(HostAgentMethods.allocate.path == "/opi_xpu.host.v1.HostAgent/Allocate")
        #expect(HostAgentMethods.attach.path == "/opi_xpu.host.v1.HostAgent/Attach")
        #expect(HostAgentMethods.detach.path == "/opi_xpu.host.v1.HostAgent/Detach")
        #expect(HostAgentMethods.followPools.path == "/opi_xpu.host.v1.HostAgent/FollowPools")
    }
}

extension Method {
    /// The call as ``Declarations/calls(in:)`` has it.
    fileprivate var call: String { "\(path) (\(Request.self)) \(Response.self)" }
}
