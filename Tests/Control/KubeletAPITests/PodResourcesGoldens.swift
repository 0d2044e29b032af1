// SPDX-License-Identifier: Apache-2.0

import KubeletAPI
import TestSupport

/// The pod resources API's messages as protobuf's C++ encodes them.
enum PodResourcesGoldens {
    private static let topology = TopologyInfo { $0.nodes = [NUMANode { $0.id = 1 }] }

    private static let devices = ContainerDevices {
        $0.resourceName = "opi.org/blue"
        $0.deviceIDs = ["a"]
        $0.topology = topology
    }

    private static let memory = ContainerMemory {
        $0.memoryType = "hugepages-2Mi"
        $0.size = 4096
        $0.topology = topology
    }

    private static let claimed = ClaimResource {
        $0.cdiDevices = [CDIDevice { $0.name = "a/b=c" }]
        $0.driverName = "d"
        $0.poolName = "p"
        $0.deviceName = "v"
        $0.shareID = ""
    }

    private static let dynamic = DynamicResource {
        $0.claimName = "c"
        $0.claimNamespace = "n"
        $0.claimResources = [claimed]
    }

    static let all: [Golden] = [
        // ContainerDevices: resource_name: "opi.org/blue" device_ids: "a" topology { nodes { ID: 1
        // } }
        Golden(
            "0a0c6f70692e6f72672f626c75651201611a040a020801",
            devices
        ),
        // ContainerMemory: memory_type: "hugepages-2Mi" size: 4096 topology { nodes { ID: 1 } }
        Golden(
            "0a0d6875676570616765732d324d691080201a040a020801",
            memory
        ),
        // ClaimResource: cdi_devices { name: "a/b=c" } driver_name: "d" pool_name: "p"
        // device_name: "v" share_id: ""
        Golden(
            "0a070a05612f623d631201641a01702201762a00",
            claimed
        ),
        // DynamicResource: claim_name: "c" claim_namespace: "n" claim_resources { … }
        Golden(
            "1201631a016e22140a070a05612f623d631201641a01702201762a00",
            dynamic
        ),
        // ContainerResources: name: "main" devices { … } cpu_ids: 1 cpu_ids: 300 memory { … }
        // dynamic_resources { … }
        Golden(
            """
            0a046d61696e12170a0c6f70692e6f72672f626c75651201611a040a0208011a0301ac0222180a0d
            6875676570616765732d324d691080201a040a0208012a1c1201631a016e22140a070a05612f623d
            631201641a01702201762a00
            """,
            ContainerResources {
                $0.name = "main"
                $0.devices = [devices]
                $0.cpuIDs = [1, 300]
                $0.memory = [memory]
                $0.dynamicResources = [dynamic]
            }
        ),
        // PodResources: name: "web" namespace: "default" containers { name: "main" devices { … } }
        // cpu_ids: 2 memory { … }
        Golden(
            """
            0a03776562120764656661756c741a1f0a046d61696e12170a0c6f70692e6f72672f626c75651201
            611a040a0208012201022a180a0d6875676570616765732d324d691080201a040a020801
            """,
            PodResources {
                $0.name = "web"
                $0.namespace = "default"
                $0.containers = [
                    ContainerResources {
                        $0.name = "main"
                        $0.devices = [devices]
                    }
                ]
                $0.cpuIDs = [2]
                $0.memory = [memory]
            }
        ),
        // ListPodResourcesRequest:
        Golden(
            "",
            ListPodResourcesRequest()
        ),
        // ListPodResourcesResponse: pod_resources { name: "web" } pod_resources { }
        Golden(
            "0a050a037765620a00",
            ListPodResourcesResponse {
                $0.podResources = [PodResources { $0.name = "web" }, PodResources()]
            }
        ),
        // GetPodResourcesRequest: pod_name: "web" pod_namespace: "default"
        Golden(
            "0a03776562120764656661756c74",
            GetPodResourcesRequest {
                $0.podName = "web"
                $0.podNamespace = "default"
            }
        ),
        // GetPodResourcesResponse: pod_resources { name: "web" }
        Golden(
            "0a050a03776562",
            GetPodResourcesResponse { $0.podResources = PodResources { $0.name = "web" } }
        ),
        // AllocatableResourcesRequest:
        Golden(
            "",
            AllocatableResourcesRequest()
        ),
        // AllocatableResourcesResponse: devices { … } cpu_ids: 0 cpu_ids: 1 memory { … }
        Golden(
            """
            0a170a0c6f70692e6f72672f626c75651201611a040a020801120200011a180a0d68756765706167
            65732d324d691080201a040a020801
            """,
            AllocatableResourcesResponse {
                $0.devices = [devices]
                $0.cpuIDs = [0, 1]
                $0.memory = [memory]
            }
        ),
    ]
}
