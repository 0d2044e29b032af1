// SPDX-License-Identifier: Apache-2.0

import OPI
import RPC
import TestSupport
import Testing

@Suite struct MethodTests {
    private static let ours = [
        EVPNMethods.bridges.create.call, EVPNMethods.bridges.get.call,
        EVPNMethods.bridges.list.call,
        EVPNMethods.bridges.update.call, EVPNMethods.bridges.delete.call,
        EVPNMethods.ports.create.call, EVPNMethods.ports.get.call, EVPNMethods.ports.list.call,
        EVPNMethods.ports.update.call, EVPNMethods.ports.delete.call,
        EVPNMethods.vrfs.create.call, EVPNMethods.vrfs.get.call, EVPNMethods.vrfs.list.call,
        EVPNMethods.vrfs.update.call, EVPNMethods.vrfs.delete.call,
        EVPNMethods.svis.create.call, EVPNMethods.svis.get.call, EVPNMethods.svis.list.call,
        EVPNMethods.svis.update.call, EVPNMethods.svis.delete.call,
    ]

    @Test func `calls are the gateway's, all of them`() throws {
        let declared = try Declarations.calls(in: "Tests/peers/protos/evpn_gw.proto")
        #expect(declared == Self.ours.sorted())
    }

    @Test func `names do what they say`() {
        let package = "/opi_api.network.evpn_gw.v1alpha1."
        let (bridges, ports) = (package + "LogicalBridgeService/", package + "BridgePortService/")
        #expect(EVPNMethods.bridges.create.path == bridges + "CreateLogicalBridge")
        #expect(EVPNMethods.bridges.get.path == bridges + "GetLogicalBridge")
        #expect(EVPNMethods.ports.create.path == ports + "CreateBridgePort")
        #expect(EVPNMethods.ports.get.path == ports + "GetBridgePort")
        #expect(EVPNMethods.ports.list.path == ports + "ListBridgePorts")
        #expect(EVPNMethods.bridges.list.path == bridges + "ListLogicalBridges")
        #expect(EVPNMethods.vrfs.update.path == package + "VrfService/UpdateVrf")
        #expect(EVPNMethods.svis.delete.path == package + "SviService/DeleteSvi")
        #expect(EVPNMethods.ports.delete.path == ports + "DeleteBridgePort")
    }
}

extension Method {
    /// The call as ``Declarations/calls(in:)`` has it.
    fileprivate var call: String {
        let types = ["\(Request.self)", "\(Response.self)"].map(GatewayNames.proto)
        return "\(path) (\(types[0])) \(types[1])"
    }
}
