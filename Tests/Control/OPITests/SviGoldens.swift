// SPDX-License-Identifier: Apache-2.0

import OPI
import TestSupport

/// Gateways and their requests as protoc 3.21 encodes them.
///
/// Each entry has the text that `protoc --encode` was given, its output, and the message in Swift.
enum SviGoldens {
    static let all: [Golden] = [
        // SviSpec: vrf: "v" logical_bridge: "b" mac_address: "\002\000\000\000\000\376"
        // gw_ip_prefix { addr { af: IP_AF_INET v4_addr: 167772161 } len: 24 } gw_ip_prefix { }
        // enable_bgp: true remote_as: 65535
        Golden(
            "0a01761201621a060200000000fe220b0a070801150100000a10182200280130ffff03",
            SviSpec {
                $0.vrf = "v"
                $0.logicalBridge = "b"
                $0.macAddress = [2, 0, 0, 0, 0, 0xfe]
                $0.gatewayIPPrefixes = [
                    IPPrefixMessage {
                        $0.address = IPAddressMessage {
                            $0.family = .v4
                            $0.v4 = 0x0a00_0001
                        }
                        $0.length = 24
                    },
                    IPPrefixMessage(),
                ]
                $0.enableBGP = true
                $0.remoteAS = 65535
            }
        ),
        // SviStatus: oper_status: SVI_OPER_STATUS_TO_BE_DELETED components { name: "frr" status:
        // COMP_STATUS_ERROR details: "why" }
        Golden(
            "0803120c0a0366727210031a03776879",
            SviStatus {
                $0.operStatus = .toBeDeleted
                $0.components = [
                    Component {
                        $0.name = "frr"
                        $0.status = .error
                        $0.details = "why"
                    }
                ]
            }
        ),
        // Svi: name: "//network.opiproject.org/svis/gate" spec { remote_as: 1 } status {
        // oper_status: SVI_OPER_STATUS_UP }
        Golden(
            """
            0a222f2f6e6574776f726b2e6f706970726f6a6563742e6f72672f737669732f6761746512023001
            1a020801
            """,
            Svi {
                $0.name = "//network.opiproject.org/svis/gate"
                $0.spec = SviSpec { $0.remoteAS = 1 }
                $0.status = SviStatus { $0.operStatus = .up }
            }
        ),
        // CreateSviRequest: svi_id: "gate" svi { spec { vrf: "v" } }
        Golden(
            "0a0467617465120512030a0176",
            CreateRequest<Svi> {
                $0.id = "gate"
                $0.object = Svi { $0.spec = SviSpec { $0.vrf = "v" } }
            }
        ),
        // ListSvisRequest: page_size: -1 page_token: "a"
        Golden(
            "08ffffffffffffffffff01120161",
            ListRequest<Svi> {
                $0.pageSize = -1
                $0.pageToken = "a"
            }
        ),
        // ListSvisResponse: svis { name: "x" } svis { } next_page_token: "c7"
        Golden(
            "0a030a01780a0012026337",
            ListResponse<Svi> {
                $0.objects = [Svi { $0.name = "x" }, Svi()]
                $0.nextPageToken = "c7"
            }
        ),
        // GetSviRequest: name: "x"
        Golden(
            "0a0178",
            GetRequest<Svi> {
                $0.name = "x"
            }
        ),
        // DeleteSviRequest: name: "x" allow_missing: true
        Golden(
            "0a01781001",
            DeleteRequest<Svi> {
                $0.name = "x"
                $0.allowMissing = true
            }
        ),
        // UpdateSviRequest: svi { name: "x" } update_mask { paths: "spec.enable_bgp" }
        // allow_missing: true
        Golden(
            "0a030a017812110a0f737065632e656e61626c655f6267701801",
            UpdateRequest<Svi> {
                $0.object = Svi { $0.name = "x" }
                $0.updateMask = FieldMask { $0.paths = ["spec.enable_bgp"] }
                $0.allowMissing = true
            }
        ),
    ]
}
