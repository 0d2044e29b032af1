// SPDX-License-Identifier: Apache-2.0

import OPI
import TestSupport

/// Logical bridges and their requests as protoc 3.21 encodes them.
///
/// Each entry has the text that `protoc --encode` was given, its output, and the message in Swift.
enum BridgeGoldens {
    static let all: [Golden] = [
        // LogicalBridgeSpec: vlan_id: 10 vni: 10010 vtep_ip_prefix { addr { af: IP_AF_INET
        // v4_addr: 167772162 } len: 32 }
        Golden(
            "080a109a4e1a0b0a070801150200000a1020",
            LogicalBridgeSpec {
                $0.vlanID = 10
                $0.vni = 10010
                $0.vtepIPPrefix = IPPrefixMessage {
                    $0.address = IPAddressMessage {
                        $0.family = .v4
                        $0.v4 = 0x0a00_0002
                    }
                    $0.length = 32
                }
            }
        ),
        // LogicalBridgeSpec: vlan_id: 4095 vni: 0
        Golden(
            "08ff1f1000",
            LogicalBridgeSpec {
                $0.vlanID = 4095
                $0.vni = 0
            }
        ),
        // LogicalBridgeStatus: oper_status: LB_OPER_STATUS_DOWN components { name: "lgm"
        // status: COMP_STATUS_SUCCESS } components { name: "frr" status: COMP_STATUS_PENDING }
        Golden(
            "080212070a036c676d100212070a036672721001",
            LogicalBridgeStatus {
                $0.operStatus = .down
                $0.components = [
                    Component {
                        $0.name = "lgm"
                        $0.status = .success
                    },
                    Component {
                        $0.name = "frr"
                        $0.status = .pending
                    },
                ]
            }
        ),
        // LogicalBridge: name: "//network.opiproject.org/bridges/vlan-10" spec { vlan_id: 10 }
        // status { oper_status: LB_OPER_STATUS_UP }
        Golden(
            """
            0a282f2f6e6574776f726b2e6f706970726f6a6563742e6f72672f627269646765732f766c616e2d
            31301202080a1a020801
            """,
            LogicalBridge {
                $0.name = "//network.opiproject.org/bridges/vlan-10"
                $0.spec = LogicalBridgeSpec { $0.vlanID = 10 }
                $0.status = LogicalBridgeStatus { $0.operStatus = .up }
            }
        ),
        // CreateLogicalBridgeRequest: logical_bridge_id: "vlan-10" logical_bridge { spec {
        // vlan_id: 10 vni: 16777215 } }
        Golden(
            "0a07766c616e2d313012091207080a10ffffff07",
            CreateRequest<LogicalBridge> {
                $0.id = "vlan-10"
                $0.object = LogicalBridge {
                    $0.spec = LogicalBridgeSpec {
                        $0.vlanID = 10
                        $0.vni = 16_777_215
                    }
                }
            }
        ),
        // ListLogicalBridgesRequest: page_size: -1 page_token: "b6f1"
        Golden(
            "08ffffffffffffffffff01120462366631",
            ListRequest<LogicalBridge> {
                $0.pageSize = -1
                $0.pageToken = "b6f1"
            }
        ),
        // ListLogicalBridgesResponse: logical_bridges { name:
        // "//network.opiproject.org/bridges/vlan-10" spec { vlan_id: 10 } } logical_bridges {
        // } next_page_token: "c7"
        Golden(
            """
            0a2e0a282f2f6e6574776f726b2e6f706970726f6a6563742e6f72672f627269646765732f766c61
            6e2d31301202080a0a0012026337
            """,
            ListResponse<LogicalBridge> {
                $0.objects = [
                    LogicalBridge {
                        $0.name = "//network.opiproject.org/bridges/vlan-10"
                        $0.spec = LogicalBridgeSpec { $0.vlanID = 10 }
                    },
                    LogicalBridge(),
                ]
                $0.nextPageToken = "c7"
            }
        ),
        // GetLogicalBridgeRequest: name: "//network.opiproject.org/bridges/vlan-20"
        Golden(
            """
            0a282f2f6e6574776f726b2e6f706970726f6a6563742e6f72672f627269646765732f766c616e2d
            3230
            """,
            GetRequest<LogicalBridge> {
                $0.name = "//network.opiproject.org/bridges/vlan-20"
            }
        ),
        // DeleteLogicalBridgeRequest: name: "//network.opiproject.org/bridges/vlan-30"
        // allow_missing: true
        Golden(
            """
            0a282f2f6e6574776f726b2e6f706970726f6a6563742e6f72672f627269646765732f766c616e2d
            33301001
            """,
            DeleteRequest<LogicalBridge> {
                $0.name = "//network.opiproject.org/bridges/vlan-30"
                $0.allowMissing = true
            }
        ),
    ]
}
