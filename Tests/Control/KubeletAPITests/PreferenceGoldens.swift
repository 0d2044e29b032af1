// SPDX-License-Identifier: Apache-2.0

import KubeletAPI
import TestSupport

/// The optional calls of the device plugin API as protobuf's C++ encodes them.
enum PreferenceGoldens {
    static let all: [Golden] = [
        // ContainerPreferredAllocationRequest: available_deviceIDs: "a" available_deviceIDs: "b"
        // must_include_deviceIDs: "b" allocation_size: -1
        Golden(
            "0a01610a016212016218ffffffffffffffffff01",
            ContainerPreferredAllocationRequest {
                $0.availableDeviceIDs = ["a", "b"]
                $0.mustIncludeDeviceIDs = ["b"]
                $0.allocationSize = -1
            }
        ),
        // PreferredAllocationRequest: container_requests { available_deviceIDs: "a"
        // allocation_size: 1 } container_requests { }
        Golden(
            "0a050a016118010a00",
            PreferredAllocationRequest {
                $0.containerRequests = [
                    ContainerPreferredAllocationRequest {
                        $0.availableDeviceIDs = ["a"]
                        $0.allocationSize = 1
                    },
                    ContainerPreferredAllocationRequest(),
                ]
            }
        ),
        // ContainerPreferredAllocationResponse: deviceIDs: "a" deviceIDs: "b"
        Golden(
            "0a01610a0162",
            ContainerPreferredAllocationResponse { $0.deviceIDs = ["a", "b"] }
        ),
        // PreferredAllocationResponse: container_responses { deviceIDs: "a" } container_responses
        // { }
        Golden(
            "0a030a01610a00",
            PreferredAllocationResponse {
                $0.containerResponses = [
                    ContainerPreferredAllocationResponse { $0.deviceIDs = ["a"] },
                    ContainerPreferredAllocationResponse(),
                ]
            }
        ),
        // PreStartContainerRequest: devices_ids: "a" devices_ids: "b"
        Golden(
            "0a01610a0162",
            PreStartContainerRequest { $0.deviceIDs = ["a", "b"] }
        ),
        // PreStartContainerResponse:
        Golden(
            "",
            PreStartContainerResponse()
        ),
    ]
}
