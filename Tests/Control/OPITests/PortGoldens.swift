// SPDX-License-Identifier: Apache-2.0

import OPI
import TestSupport

/// Bridge ports and their requests as protoc 3.21 encodes them.
///
/// Each entry has the text that `protoc --encode` was given, its output, and the message in Swift.
enum PortGoldens {
    static let all: [Golden] = [
        // BridgePortSpec: mac_address: "\002\000\000\000\000\003" ptype:
        // BRIDGE_PORT_TYPE_TRUNK logical_bridges: "//network.opiproject.org/bridges/vlan-10"
        // logical_bridges: "//network.opiproject.org/bridges/vlan-20"
        Golden(
            """
            0a0602000000000310021a282f2f6e6574776f726b2e6f706970726f6a6563742e6f72672f627269
            646765732f766c616e2d31301a282f2f6e6574776f726b2e6f706970726f6a6563742e6f72672f62
            7269646765732f766c616e2d3230
            """,
            BridgePortSpec {
                $0.macAddress = [2, 0, 0, 0, 0, 3]
                $0.type = .trunk
                $0.logicalBridges = [
                    "//network.opiproject.org/bridges/vlan-10",
                    "//network.opiproject.org/bridges/vlan-20",
                ]
            }
        ),
        // BridgePortStatus: oper_status: BP_OPER_STATUS_TO_BE_DELETED components { name: "lvm"
        // status: COMP_STATUS_PENDING details: "retry" }
        Golden(
            "0803120e0a036c766d10011a057265747279",
            BridgePortStatus {
                $0.operStatus = .toBeDeleted
                $0.components = [
                    Component {
                        $0.name = "lvm"
                        $0.status = .pending
                        $0.details = "retry"
                    }
                ]
            }
        ),
        // BridgePort: name: "//network.opiproject.org/ports/vf0rep" spec { ptype:
        // BRIDGE_PORT_TYPE_ACCESS } status { oper_status: BP_OPER_STATUS_UP }
        Golden(
            """
            0a252f2f6e6574776f726b2e6f706970726f6a6563742e6f72672f706f7274732f76663072657012
            0210011a020801
            """,
            BridgePort {
                $0.name = "//network.opiproject.org/ports/vf0rep"
                $0.spec = BridgePortSpec { $0.type = .access }
                $0.status = BridgePortStatus { $0.operStatus = .up }
            }
        ),
        // CreateBridgePortRequest: bridge_port_id: "vf0rep" bridge_port { spec { mac_address:
        // "\002\000\000\000\000\001" ptype: BRIDGE_PORT_TYPE_ACCESS logical_bridges:
        // "//network.opiproject.org/bridges/net-a" } }
        Golden(
            """
            0a06766630726570123412320a0602000000000110011a262f2f6e6574776f726b2e6f706970726f
            6a6563742e6f72672f627269646765732f6e65742d61
            """,
            CreateRequest<BridgePort> {
                $0.id = "vf0rep"
                $0.object = BridgePort {
                    $0.spec = BridgePortSpec {
                        $0.macAddress = [2, 0, 0, 0, 0, 1]
                        $0.type = .access
                        $0.logicalBridges = ["//network.opiproject.org/bridges/net-a"]
                    }
                }
            }
        ),
        // ListBridgePortsRequest: page_size: 250 page_token: "0e9a"
        Golden(
            "08fa01120430653961",
            ListRequest<BridgePort> {
                $0.pageSize = 250
                $0.pageToken = "0e9a"
            }
        ),
        // ListBridgePortsResponse: bridge_ports { name:
        // "//network.opiproject.org/ports/vf0rep" status { oper_status: BP_OPER_STATUS_DOWN }
        // } bridge_ports { name: "x" } next_page_token: "5d"
        Golden(
            """
            0a2b0a252f2f6e6574776f726b2e6f706970726f6a6563742e6f72672f706f7274732f7666307265
            701a0208020a030a017812023564
            """,
            ListResponse<BridgePort> {
                $0.objects = [
                    BridgePort {
                        $0.name = "//network.opiproject.org/ports/vf0rep"
                        $0.status = BridgePortStatus { $0.operStatus = .down }
                    },
                    BridgePort { $0.name = "x" },
                ]
                $0.nextPageToken = "5d"
            }
        ),
        // GetBridgePortRequest: name: "//network.opiproject.org/ports/nd0123456789ab"
        Golden(
            """
            0a2d2f2f6e6574776f726b2e6f706970726f6a6563742e6f72672f706f7274732f6e643031323334
            35363738396162
            """,
            GetRequest<BridgePort> {
                $0.name = "//network.opiproject.org/ports/nd0123456789ab"
            }
        ),
        // DeleteBridgePortRequest: name: "//network.opiproject.org/ports/vf1rep"
        // allow_missing: true
        Golden(
            """
            0a252f2f6e6574776f726b2e6f706970726f6a6563742e6f72672f706f7274732f76663172657010
            01
            """,
            DeleteRequest<BridgePort> {
                $0.name = "//network.opiproject.org/ports/vf1rep"
                $0.allowMissing = true
            }
        ),
    ]
}
