// SPDX-License-Identifier: Apache-2.0

import OPI
import RPC
import TestSupport
import Testing

@Suite struct MethodTests {
    private static let ours = [
        EVPNMethods.createBridge.call, EVPNMethods.getBridge.call, EVPNMethods.listBridges.call,
        EVPNMethods.updateBridge.call, EVPNMethods.deleteBridge.call,
        EVPNMethods.createPort.call, EVPNMethods.getPort.call, EVPNMethods.listPorts.call,
        EVPNMethods.updatePort.call, EVPNMethods.deletePort.call,
        EVPNMethods.createVrf.call, EVPNMethods.getVrf.call, EVPNMethods.listVrfs.call,
        EVPNMethods.updateVrf.call, EVPNMethods.deleteVrf.call,
        EVPNMethods.createSvi.call, EVPNMethods.getSvi.call, EVPNMethods.listSvis.call,
        EVPNMethods.updateSvi.call, EVPNMethods.deleteSvi.call,
    ]

    @Test func `calls are the gateway's, all of them`() throws {
        let declared = try Declarations.calls(in: "Tests/peers/protos/evpn_gw.proto")
        #expect(declared == Self.ours.sorted())
    }

    @Test func `names do what they say`() {
        let package = "/opi_api.network.evpn_gw.v1alpha1."
        let (bridges, ports) = (package + "LogicalBridgeService/", package + "BridgePortService/")
        #expect(EVPNMethods.createBridge.path == bridges + "CreateLogicalBridge")
        #expect(EVPNMethods.getBridge.path == bridges + "GetLogicalBridge")
        #expect(EVPNMethods.createPort.path == ports + "CreateBridgePort")
        #expect(EVPNMethods.getPort.path == ports + "GetBridgePort")
        #expect(EVPNMethods.listPorts.path == ports + "ListBridgePorts")
        #expect(EVPNMethods.listBridges.path == bridges + "ListLogicalBridges")
        #expect(EVPNMethods.updateVrf.path == package + "VrfService/UpdateVrf")
        #expect(EVPNMethods.deleteSvi.path == package + "SviService/DeleteSvi")
        #expect(EVPNMethods.deletePort.path == ports + "DeleteBridgePort")
    }
}

extension Method {
    /// The call as ``Declarations/calls(in:)`` has it.
    fileprivate var call: String { "\(path) (\(Request.self)) \(Response.self)" }
}
