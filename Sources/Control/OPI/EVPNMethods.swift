// SPDX-License-Identifier: Apache-2.0

import RPC

/// The calls of `opi_api.network.evpn_gw.v1alpha1` that this project makes.
enum EVPNMethods {
    private static let package = "opi_api.network.evpn_gw.v1alpha1."
    private static let bridges = package + "LogicalBridgeService"
    private static let ports = package + "BridgePortService"

    static let createBridge =
        Method<CreateLogicalBridgeRequest, LogicalBridge>(bridges, "CreateLogicalBridge")
    static let getBridge =
        Method<GetLogicalBridgeRequest, LogicalBridge>(bridges, "GetLogicalBridge")
    static let createPort =
        Method<CreateBridgePortRequest, BridgePort>(ports, "CreateBridgePort")
    static let getPort =
        Method<GetBridgePortRequest, BridgePort>(ports, "GetBridgePort")
    static let listPorts =
        Method<ListBridgePortsRequest, ListBridgePortsResponse>(ports, "ListBridgePorts")
    static let deletePort =
        Method<DeleteBridgePortRequest, Empty>(ports, "DeleteBridgePort")
}
