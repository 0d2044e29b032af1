// SPDX-License-Identifier: Apache-2.0

package import RPC

/// The calls of `opi_api.network.evpn_gw.v1alpha1`, all of them.
package enum EVPNMethods {
    private static let package = "opi_api.network.evpn_gw.v1alpha1."
    private static let bridges = package + "LogicalBridgeService"
    private static let ports = package + "BridgePortService"
    private static let vrfs = package + "VrfService"
    private static let svis = package + "SviService"

    package static let createBridge =
        Method<CreateLogicalBridgeRequest, LogicalBridge>(bridges, "CreateLogicalBridge")
    package static let getBridge =
        Method<GetLogicalBridgeRequest, LogicalBridge>(bridges, "GetLogicalBridge")
    package static let listBridges =
        Method<ListLogicalBridgesRequest, ListLogicalBridgesResponse>(bridges, "ListLogicalBridges")
    package static let updateBridge =
        Method<UpdateLogicalBridgeRequest, LogicalBridge>(bridges, "UpdateLogicalBridge")
    package static let deleteBridge =
        Method<DeleteLogicalBridgeRequest, Empty>(bridges, "DeleteLogicalBridge")

    package static let createPort =
        Method<CreateBridgePortRequest, BridgePort>(ports, "CreateBridgePort")
    package static let getPort =
        Method<GetBridgePortRequest, BridgePort>(ports, "GetBridgePort")
    package static let listPorts =
        Method<ListBridgePortsRequest, ListBridgePortsResponse>(ports, "ListBridgePorts")
    package static let updatePort =
        Method<UpdateBridgePortRequest, BridgePort>(ports, "UpdateBridgePort")
    package static let deletePort =
        Method<DeleteBridgePortRequest, Empty>(ports, "DeleteBridgePort")

    package static let createVrf =
        Method<CreateVrfRequest, Vrf>(vrfs, "CreateVrf")
    package static let getVrf =
        Method<GetVrfRequest, Vrf>(vrfs, "GetVrf")
    package static let listVrfs =
        Method<ListVrfsRequest, ListVrfsResponse>(vrfs, "ListVrfs")
    package static let updateVrf =
        Method<UpdateVrfRequest, Vrf>(vrfs, "UpdateVrf")
    package static let deleteVrf =
        Method<DeleteVrfRequest, Empty>(vrfs, "DeleteVrf")

    package static let createSvi =
        Method<CreateSviRequest, Svi>(svis, "CreateSvi")
    package static let getSvi =
        Method<GetSviRequest, Svi>(svis, "GetSvi")
    package static let listSvis =
        Method<ListSvisRequest, ListSvisResponse>(svis, "ListSvis")
    package static let updateSvi =
        Method<UpdateSviRequest, Svi>(svis, "UpdateSvi")
    package static let deleteSvi =
        Method<DeleteSviRequest, Empty>(svis, "DeleteSvi")
}
