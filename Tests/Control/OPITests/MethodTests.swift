// SPDX-License-Identifier: Apache-2.0

import OPI
import RPC
import TestSupport
import Testing

@Suite struct MethodTests {
    @Test func `calls are the gateway's`() throws {
        let declared = try Declarations.calls(in: "Tests/peers/protos/evpn_gw.proto")
        #expect(declared.count == 10)
        #expect(declared.contains(EVPNMethods.createBridge.call))
        #expect(declared.contains(EVPNMethods.getBridge.call))
        #expect(declared.contains(EVPNMethods.createPort.call))
        #expect(declared.contains(EVPNMethods.getPort.call))
        #expect(declared.contains(EVPNMethods.listPorts.call))
        #expect(declared.contains(EVPNMethods.deletePort.call))
    }

    @Test func `names do what they say`() {
        let package = "/opi_api.network.evpn_gw.v1alpha1."
        let (bridges, ports) = (package + "LogicalBridgeService/", package + "BridgePortService/")
        #expect(EVPNMethods.createBridge.path == bridges + "CreateLogicalBridge")
        #expect(EVPNMethods.getBridge.path == bridges + "GetLogicalBridge")
        #expect(EVPNMethods.createPort.path == ports + "CreateBridgePort")
        #expect(EVPNMethods.getPort.path == ports + "GetBridgePort")
        #expect(EVPNMethods.listPorts.path == ports + "ListBridgePorts")
        #expect(EVPNMethods.deletePort.path == ports + "DeleteBridgePort")
    }
}

extension Method {
    /// The call as ``Declarations/calls(in:)`` has it.
    fileprivate var call: String { "\(path) (\(Request.self)) \(Response.self)" }
}
