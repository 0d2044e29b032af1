// SPDX-License-Identifier: Apache-2.0

import HostAPI
import TestSupport

/// The host agent's messages as protoc 3.21 encodes them.
///
/// Each entry has the text that `protoc --encode` was given, its output, and the message in Swift.
enum HostGoldens {
    static let all: [Golden] = [
        // AllocateRequest: resource_name: "opi.example.com/blue" device_ids: "0000:3b:00.2"
        // device_ids: "0000:3b:00.3"
        Golden(
            """
            0a146f70692e6578616d706c652e636f6d2f626c7565120c303030303a33623a30302e32120c3030
            30303a33623a30302e33
            """,
            AllocateRequest {
                $0.resourceName = "opi.example.com/blue"
                $0.deviceIDs = ["0000:3b:00.2", "0000:3b:00.3"]
            }
        ),
        // AllocateResponse:
        Golden(
            "",
            AllocateResponse()
        ),
        // AttachRequest: device_id: "0000:3b:00.2" container_id: "4e1f" interface_name: "net1"
        // network_namespace: "/run/netns/blue" pod { namespace: "default" } mac_address:
        // "\002\000\000\000\000\001"
        Golden(
            """
            0a0c303030303a33623a30302e321204346531661a046e657431220f2f72756e2f6e65746e732f62
            6c75652a090a0764656661756c743206020000000001
            """,
            AttachRequest {
                $0.deviceID = "0000:3b:00.2"
                $0.containerID = "4e1f"
                $0.interfaceName = "net1"
                $0.networkNamespace = "/run/netns/blue"
                $0.pod = PodReference { $0.namespace = "default" }
                $0.macAddress = [2, 0, 0, 0, 0, 1]
            }
        ),
        // AttachResponse: network: "blue" port: "nd0123456789ab" mtu: 1400 addresses {
        // address: "10.10.0.5/24" gateway: "10.10.0.1" } addresses { address: "fd00:10::5/64"
        // } routes { destination: "0.0.0.0/0" gateway: "10.10.0.1" } routes { destination:
        // "10.0.0.0/8" }
        Golden(
            """
            0a04626c7565120e6e6430313233343536373839616218f80a22190a0c31302e31302e302e352f32
            34120931302e31302e302e31220f0a0d666430303a31303a3a352f36342a160a09302e302e302e30
            2f30120931302e31302e302e312a0c0a0a31302e302e302e302f38
            """,
            AttachResponse {
                $0.network = "blue"
                $0.port = "nd0123456789ab"
                $0.mtu = 1400
                $0.addresses = [
                    InterfaceAddress {
                        $0.address = "10.10.0.5/24"
                        $0.gateway = "10.10.0.1"
                    },
                    InterfaceAddress { $0.address = "fd00:10::5/64" },
                ]
                $0.routes = [
                    InterfaceRoute {
                        $0.destination = "0.0.0.0/0"
                        $0.gateway = "10.10.0.1"
                    },
                    InterfaceRoute { $0.destination = "10.0.0.0/8" },
                ]
            }
        ),
        // PodReference: namespace: "default" name: "client-0" uid: "0b5d4b0e"
        Golden(
            "0a0764656661756c741208636c69656e742d301a083062356434623065",
            PodReference {
                $0.namespace = "default"
                $0.name = "client-0"
                $0.uid = "0b5d4b0e"
            }
        ),
        // InterfaceAddress: address: "10.10.0.5/24" gateway: "10.10.0.1"
        Golden(
            "0a0c31302e31302e302e352f3234120931302e31302e302e31",
            InterfaceAddress {
                $0.address = "10.10.0.5/24"
                $0.gateway = "10.10.0.1"
            }
        ),
        // InterfaceRoute: destination: "::/0" gateway: "fd00:10::1"
        Golden(
            "0a043a3a2f30120a666430303a31303a3a31",
            InterfaceRoute {
                $0.destination = "::/0"
                $0.gateway = "fd00:10::1"
            }
        ),
        // DetachRequest: device_id: "0000:3b:00.3" container_id: "4e1f" interface_name: "net2"
        Golden(
            "0a0c303030303a33623a30302e331204346531661a046e657432",
            DetachRequest {
                $0.deviceID = "0000:3b:00.3"
                $0.containerID = "4e1f"
                $0.interfaceName = "net2"
            }
        ),
        // DetachResponse:
        Golden(
            "",
            DetachResponse()
        ),
        // FollowPoolsRequest:
        Golden(
            "",
            FollowPoolsRequest()
        ),
        // Pools: pools { network: "blue" resource_name: "opi.example.com/blue" device_ids:
        // "0000:3b:00.2" device_ids: "0000:3b:00.3" } pools { network: "green" }
        Golden(
            """
            0a380a04626c756512146f70692e6578616d706c652e636f6d2f626c75651a0c303030303a33623a
            30302e321a0c303030303a33623a30302e330a070a05677265656e
            """,
            Pools {
                $0.pools = [
                    Pool {
                        $0.network = "blue"
                        $0.resourceName = "opi.example.com/blue"
                        $0.deviceIDs = ["0000:3b:00.2", "0000:3b:00.3"]
                    },
                    Pool { $0.network = "green" },
                ]
            }
        ),
        // Pool: network: "blue" device_ids: "0000:3b:00.2"
        Golden(
            "0a04626c75651a0c303030303a33623a30302e32",
            Pool {
                $0.network = "blue"
                $0.deviceIDs = ["0000:3b:00.2"]
            }
        ),
    ]
}
