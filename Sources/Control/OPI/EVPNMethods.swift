// SPDX-License-Identifier: Apache-2.0

package import RPC

/// The calls of `opi_api.network.evpn_gw.v1alpha1` that this project makes.
package enum EVPNMethods {
    private static let package = "opi_api.network.evpn_gw.v1alpha1."
    private static let bridges = package + "LogicalBridgeService"
    private static let ports = package + "BridgePortService"

    package static let createBridge =
        Method<CreateLogicalBridgeRequest, LogicalBridge>(bridges, "CreateLogicalBridge")
    package static let getBridge =
        Method<GetLogicalBridgeRequest, LogicalBridge>(bridges, "GetLogicalBridge")
    package static let createPort =
        Method<CreateBridgePortRequest, BridgePort>(ports, "CreateBridgePort")
    package static let getPort =
        Method<GetBridgePortRequest, BridgePort>(ports, "GetBridgePort")
    package static let listPorts =
        Method<ListBridgePortsRequest, ListBridgePortsResponse>(ports, "ListBridgePorts")
    package static let deletePort =
        Method<DeleteBridgePortRequest, Empty>(ports, "DeleteBridgePort")
}
