// SPDX-License-Identifier: Apache-2.0

import KubeletAPI
import TestSupport

/// The device plugin API's messages as protoc 3.21 encodes them.
///
/// Each entry has the text that `protoc --encode` was given, its output, and the message in Swift.
enum KubeletGoldens {
    static let all: [Golden] = [
        // Empty:
        Golden(
            "",
            Empty()
        ),
        // DevicePluginOptions: pre_start_required: true
        Golden(
            "0801",
            DevicePluginOptions { $0.preStartRequired = true }
        ),
        // DevicePluginOptions: get_preferred_allocation_available: true
        Golden(
            "1001",
            DevicePluginOptions { $0.preferredAllocationAvailable = true }
        ),
        // RegisterRequest: version: "v1beta1" endpoint: "opi-xpu-blue.sock" resource_name:
        // "opi.example.com/blue" options { get_preferred_allocation_available: true }
        Golden(
            """
            0a077631626574613112116f70692d7870752d626c75652e736f636b1a146f70692e6578616d706c
            652e636f6d2f626c756522021001
            """,
            RegisterRequest {
                $0.version = "v1beta1"
                $0.endpoint = "opi-xpu-blue.sock"
                $0.resourceName = "opi.example.com/blue"
                $0.options = DevicePluginOptions { $0.preferredAllocationAvailable = true }
            }
        ),
        // NUMANode: ID: -1
        Golden(
            "08ffffffffffffffffff01",
            NUMANode { $0.id = -1 }
        ),
        // TopologyInfo: nodes { ID: 1 } nodes { }
        Golden(
            "0a0208010a00",
            TopologyInfo { $0.nodes = [NUMANode { $0.id = 1 }, NUMANode()] }
        ),
        // Device: ID: "0000:3b:00.2" health: "Healthy" topology { nodes { ID: 1 } }
        Golden(
            "0a0c303030303a33623a30302e3212074865616c7468791a040a020801",
            Device {
                $0.id = "0000:3b:00.2"
                $0.health = "Healthy"
                $0.topology = TopologyInfo { $0.nodes = [NUMANode { $0.id = 1 }] }
            }
        ),
        // ListAndWatchResponse: devices { ID: "0000:3b:00.2" health: "Healthy" } devices { ID:
        // "0000:3b:00.3" health: "Unhealthy" }
        Golden(
            """
            0a170a0c303030303a33623a30302e3212074865616c7468790a190a0c303030303a33623a30302e
            331209556e6865616c746879
            """,
            ListAndWatchResponse {
                $0.devices = [
                    Device {
                        $0.id = "0000:3b:00.2"
                        $0.health = "Healthy"
                    },
                    Device {
                        $0.id = "0000:3b:00.3"
                        $0.health = "Unhealthy"
                    },
                ]
            }
        ),
        // ContainerAllocateRequest: devices_ids: "0000:3b:00.2" devices_ids: "0000:3b:00.3"
        Golden(
            "0a0c303030303a33623a30302e320a0c303030303a33623a30302e33",
            ContainerAllocateRequest {
                $0.deviceIDs = ["0000:3b:00.2", "0000:3b:00.3"]
            }
        ),
        // AllocateRequest: container_requests { devices_ids: "0000:3b:00.2" }
        // container_requests { }
        Golden(
            "0a0e0a0c303030303a33623a30302e320a00",
            AllocateRequest {
                $0.containerRequests = [
                    ContainerAllocateRequest { $0.deviceIDs = ["0000:3b:00.2"] },
                    ContainerAllocateRequest(),
                ]
            }
        ),
        // Mount: container_path: "/dev/hugepages" host_path: "/mnt/huge" read_only: true
        Golden(
            "0a0e2f6465762f68756765706167657312092f6d6e742f687567651801",
            Mount {
                $0.containerPath = "/dev/hugepages"
                $0.hostPath = "/mnt/huge"
                $0.isReadOnly = true
            }
        ),
        // DeviceSpec: container_path: "/dev/vfio/9" host_path: "/dev/vfio/12" permissions:
        // "mrw"
        Golden(
            "0a0b2f6465762f7666696f2f39120c2f6465762f7666696f2f31321a036d7277",
            DeviceSpec {
                $0.containerPath = "/dev/vfio/9"
                $0.hostPath = "/dev/vfio/12"
                $0.permissions = "mrw"
            }
        ),
        // CDIDevice: name: "opi.example.com/vf=0000:3b:00.2"
        Golden(
            "0a1f6f70692e6578616d706c652e636f6d2f76663d303030303a33623a30302e32",
            CDIDevice { $0.name = "opi.example.com/vf=0000:3b:00.2" }
        ),
        // ContainerAllocateResponse: envs { key: "PCIDEVICE_BLUE" value: "0000:3b:00.2" } envs
        // { key: "A" value: "" } mounts { host_path: "/mnt/huge" } devices { permissions: "rw"
        // } annotations { key: "k8s.v1.cni.cncf.io/networks" value: "blue" } cdi_devices {
        // name: "a/b=c" }
        Golden(
            """
            0a050a014112000a1e0a0e5043494445564943455f424c5545120c303030303a33623a30302e3212
            0b12092f6d6e742f687567651a041a02727722230a1b6b38732e76312e636e692e636e63662e696f
            2f6e6574776f726b731204626c75652a070a05612f623d63
            """,
            ContainerAllocateResponse {
                $0.environment = ["PCIDEVICE_BLUE": "0000:3b:00.2", "A": ""]
                $0.mounts = [Mount { $0.hostPath = "/mnt/huge" }]
                $0.devices = [DeviceSpec { $0.permissions = "rw" }]
                $0.annotations = ["k8s.v1.cni.cncf.io/networks": "blue"]
                $0.cdiDevices = [CDIDevice { $0.name = "a/b=c" }]
            }
        ),
        // AllocateResponse: container_responses { envs { key: "PCIDEVICE_BLUE" value:
        // "0000:3b:00.2" } } container_responses { }
        Golden(
            "0a200a1e0a0e5043494445564943455f424c5545120c303030303a33623a30302e320a00",
            AllocateResponse {
                $0.containerResponses = [
                    ContainerAllocateResponse {
                        $0.environment = ["PCIDEVICE_BLUE": "0000:3b:00.2"]
                    },
                    ContainerAllocateResponse(),
                ]
            }
        ),
    ]
}
