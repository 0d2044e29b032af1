// SPDX-License-Identifier: Apache-2.0

import OPI
import TestSupport

/// Layer 3 domains and updates as protoc 3.21 encodes them.
///
/// Each entry has the text that `protoc --encode` was given, its output, and the message in Swift.
enum VrfGoldens {
    static let all: [Golden] = [
        // VrfSpec: vni: 77 loopback_ip_prefix { addr { af: IP_AF_INET v4_addr: 167772161 } len: 32
        // }
        Golden(
            "084d120b0a070801150100000a1020",
            VrfSpec {
                $0.vni = 77
                $0.loopbackIPPrefix = IPPrefixMessage {
                    $0.address = IPAddressMessage {
                        $0.family = .v4
                        $0.v4 = 0x0a00_0001
                    }
                    $0.length = 32
                }
            }
        ),
        // VrfSpec: vni: 0 vtep_ip_prefix { addr { af: IP_AF_INET v4_addr: 167772161 } len: 32 }
        Golden(
            "08001a0b0a070801150100000a1020",
            VrfSpec {
                $0.vni = 0
                $0.vtepIPPrefix = IPPrefixMessage {
                    $0.address = IPAddressMessage {
                        $0.family = .v4
                        $0.v4 = 0x0a00_0001
                    }
                    $0.length = 32
                }
            }
        ),
        // VrfStatus: oper_status: VRF_OPER_STATUS_DOWN components { name: "lgm" status:
        // COMP_STATUS_PENDING }
        Golden(
            "40024a070a036c676d1001",
            VrfStatus {
                $0.operStatus = .down
                $0.components = [
                    Component {
                        $0.name = "lgm"
                        $0.status = .pending
                    }
                ]
            }
        ),
        // Vrf: name: "//network.opiproject.org/vrfs/GRD" spec { vni: 1 } status { oper_status:
        // VRF_OPER_STATUS_UP }
        Golden(
            """
            0a212f2f6e6574776f726b2e6f706970726f6a6563742e6f72672f767266732f475244120208011a
            024001
            """,
            Vrf {
                $0.name = "//network.opiproject.org/vrfs/GRD"
                $0.spec = VrfSpec { $0.vni = 1 }
                $0.status = VrfStatus { $0.operStatus = .up }
            }
        ),
        // CreateVrfRequest: vrf_id: "blue" vrf { spec { vni: 5 } }
        Golden(
            "0a04626c7565120412020805",
            CreateRequest<Vrf> {
                $0.id = "blue"
                $0.object = Vrf { $0.spec = VrfSpec { $0.vni = 5 } }
            }
        ),
        // ListVrfsRequest: page_size: 7 page_token: "a"
        Golden(
            "0807120161",
            ListRequest<Vrf> {
                $0.pageSize = 7
                $0.pageToken = "a"
            }
        ),
        // ListVrfsResponse: vrfs { name: "x" } vrfs { } next_page_token: "c7"
        Golden(
            "0a030a01780a0012026337",
            ListResponse<Vrf> {
                $0.objects = [Vrf { $0.name = "x" }, Vrf()]
                $0.nextPageToken = "c7"
            }
        ),
        // GetVrfRequest: name: "//network.opiproject.org/vrfs/blue"
        Golden(
            "0a222f2f6e6574776f726b2e6f706970726f6a6563742e6f72672f767266732f626c7565",
            GetRequest<Vrf> {
                $0.name = "//network.opiproject.org/vrfs/blue"
            }
        ),
        // DeleteVrfRequest: name: "x" allow_missing: true
        Golden(
            "0a01781001",
            DeleteRequest<Vrf> {
                $0.name = "x"
                $0.allowMissing = true
            }
        ),
        // UpdateVrfRequest: vrf { name: "x" } update_mask { paths: "spec.vni" } allow_missing:
        // true
        Golden(
            "0a030a0178120a0a08737065632e766e691801",
            UpdateRequest<Vrf> {
                $0.object = Vrf { $0.name = "x" }
                $0.updateMask = FieldMask { $0.paths = ["spec.vni"] }
                $0.allowMissing = true
            }
        ),
        // FieldMask: paths: "spec.vlan_id" paths: "*"
        Golden(
            "0a0c737065632e766c616e5f69640a012a",
            FieldMask {
                $0.paths = ["spec.vlan_id", "*"]
            }
        ),
        // UpdateLogicalBridgeRequest: logical_bridge { name: "x" spec { vlan_id: 10 } }
        // update_mask { }
        Golden(
            "0a070a01781202080a1200",
            UpdateRequest<LogicalBridge> {
                $0.object = LogicalBridge {
                    $0.name = "x"
                    $0.spec = LogicalBridgeSpec { $0.vlanID = 10 }
                }
                $0.updateMask = FieldMask()
            }
        ),
        // UpdateBridgePortRequest: bridge_port { name: "x" } update_mask { paths: "*" }
        // allow_missing: true
        Golden(
            "0a030a017812030a012a1801",
            UpdateRequest<BridgePort> {
                $0.object = BridgePort { $0.name = "x" }
                $0.updateMask = FieldMask { $0.paths = ["*"] }
                $0.allowMissing = true
            }
        ),
    ]
}
