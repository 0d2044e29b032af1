// SPDX-License-Identifier: Apache-2.0

import Bytes
import Kubelet
import TestSupport
import Testing

@Suite struct CheckpointTests {
    /// Checkpoints of real kubelets, byte by byte, as people have published them.
    private static let real = [
        // An edge node with one integrated GPU whose place is unknown.
        """
        {"Data":{"PodDeviceEntries":[{"PodUID":"bf52b2cd-b611-4e79-86b1-280b283185c3",\
        "ContainerName":"check","ResourceName":"nvidia.com/gpu","DeviceIDs":{"-1":["tegra"]},\
        "AllocResp":"Ch8KFk5WSURJQV9WSVNJQkxFX0RFVklDRVMSBXRlZ3Jh"}],"RegisteredDevices":\
        {"nvidia.com/gpu":["tegra"]}},"Checksum":3660592824}
        """,
        // No pod has a device.
        """
        {"Data":{"PodDeviceEntries":null,"RegisteredDevices":{"nvidia.com/gpu":\
        ["GPU-0650a168-e770-3ea8-8ac3-8a1d419763e0"]}},"Checksum":3952659280}
        """,
    ]

    @Test(arguments: real) func `reads and writes what kubelets write`(text: String) throws {
        let checkpoint = try Checkpoint(parsing: Array(text.utf8))
        #expect(String(decoding: checkpoint.encoded, as: UTF8.self) == text)
    }

    @Test func `two devices of one node`() throws {
        let ids = [
            "GPU-9b341c59-f96b-ba85-c137-78c3652fea65", "GPU-c1e9f249-b37b-81c2-a8d9-ba5ca0294841",
        ]
        let response = """
            CmsKFk5WSURJQV9WSVNJQkxFX0RFVklDRVMSUUdQVS1jMWU5ZjI0OS1iMzdiLTgxYzItYThkOS1iYTVj\
            YTAyOTQ4NDEsR1BVLTliMzQxYzU5LWY5NmItYmE4NS1jMTM3LTc4YzM2NTJmZWE2NRokCg4vZGV2L252\
            aWRpYWN0bBIOL2Rldi9udmlkaWFjdGwaAnJ3GiYKDy9kZXYvbnZpZGlhLXV2bRIPL2Rldi9udmlkaWEt\
            dXZtGgJydxoyChUvZGV2L252aWRpYS11dm0tdG9vbHMSFS9kZXYvbnZpZGlhLXV2bS10b29scxoCcnca\
            LgoTL2Rldi9udmlkaWEtbW9kZXNldBITL2Rldi9udmlkaWEtbW9kZXNldBoCcncaIAoML2Rldi9udmlk\
            aWExEgwvZGV2L252aWRpYTEaAnJ3GiAKDC9kZXYvbnZpZGlhMhIML2Rldi9udmlkaWEyGgJydw==
            """
        let entry = DeviceTable.Assignment(
            podUID: "9a15d2b5-c152-46b9-96e0-d57032629e1f",
            container: "app",
            resource: "nvidia.com/gpu",
            devices: [1: ids],
            response: try #require(Base64.decode(response))
        )
        let all = ["GPU-77a702db-e37f-3a74-d46d-c5713f66058c"] + ids
        let checkpoint = Checkpoint(entries: [entry], registered: ["nvidia.com/gpu": all])
        #expect(checkpoint.checksum == 2_530_956_716)
        #expect(try Checkpoint(parsing: checkpoint.encoded) == checkpoint)
    }

    @Test func `every table comes back`() throws {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<200 {
            var entries: [DeviceTable.Assignment] = []
            for number in 0..<Int.random(in: 0...4, using: &generator) {
                let nodes = (0..<Int.random(in: 1...3, using: &generator)).map { Int64($0 * 7 - 1) }
                entries.append(
                    .init(
                        podUID: "uid-\(number)",
                        container: "main",
                        resource: "opi.org/\(number % 2)",
                        devices: Dictionary(uniqueKeysWithValues: nodes.map { ($0, ["d\($0)"]) }),
                        response: (0..<Int.random(in: 0...5, using: &generator)).map { UInt8($0) }
                    )
                )
            }
            let checkpoint = Checkpoint(entries: entries, registered: ["opi.org/0": ["a", "b"]])
            #expect(try Checkpoint(parsing: checkpoint.encoded) == checkpoint)
        }
    }

    @Test(arguments: [
        "", "{", "[]", "{}", #"{"Data":{}}"#, real[0].replacing("tegra\"]}}", with: "tegre\"]}}"),
        real[1].replacing("3952659280", with: "3952659281"),
        real[0].replacing(#"{"-1":"#, with: #"{"one":"#), real[0].replacing("Ch8K", with: "#h8K"),
    ])
    func `a corrupt one is refused`(text: String) {
        let error = #expect(throws: CheckpointError.self) {
            _ = try Checkpoint(parsing: Array(text.utf8))
        }
        #expect(error.map { "\($0)".hasPrefix("checkpoint is corrupted: ") } == true)
    }

    @Test func `a cut one is refused at every length`() {
        let bytes = Array(Self.real[0].utf8)
        for length in 0..<bytes.count {
            #expect(throws: CheckpointError.self) {
                _ = try Checkpoint(parsing: Array(bytes.prefix(length)))
            }
        }
    }
}
