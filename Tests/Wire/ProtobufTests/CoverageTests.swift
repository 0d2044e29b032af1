// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// That no message is forgotten: each one is compared with python-protobuf somewhere.
@Suite struct CoverageTests {
    /// Folder by folder, the test that compares all messages of it, with python and with protoc.
    private static let compared = [
        "Sources/Control/HostAPI": ["HostAPITests/MessagePeerTests", "HostAPITests/HostGoldens"],
        "Sources/Control/KubeletAPI": [
            "KubeletAPITests/MessagePeerTests", "KubeletAPITests/KubeletGoldens",
        ],
        "Sources/Control/OPI": ["OPITests/MessagePeerTests", "OPITests/CommonGoldens"],
        "Sources/Sandbox/Kubelet": ["KubeletTests/MessageTests"],
        "Sources/Sandbox/SoftwareXPU/Messages": [
            "SoftwareXPUTests/MessageTests", "SoftwareXPUTests/ControlGoldens",
        ],
        "Sources/Transport/RPC": ["RPCTests/MessagePeerTests", "RPCTests/GoldenTests"],
    ]

    /// Types that no `.proto` file declares, by their files.
    private static let undeclared = [
        // The two parts of a map's entry, compared as maps of Kinds.
        "Sources/Wire/Protobuf/MapEntry.swift": ["MessageEntry", "ScalarEntry"],
        // Only ever read: any message by its numbers.
        "Sources/Sandbox/APIServer/ProtobufBody.swift": ["LooseMessage"],
        "Sources/Sandbox/SoftwareXPU/Service/Promises.swift": ["FieldNumbers"],
        // Only ever read: the names in a FileDescriptorProto, see RPCTests/ToolsTests.
        "Sources/Transport/RPC/FileDescriptor.swift": ["Declaration"],
    ]

    @Test func `every message of the sources is compared`() throws {
        for top in ["Control", "Roles", "Sandbox", "System", "Transport", "Wire", "opi-xpu"] {
            for (file, types) in try Declarations.messagesByFile(in: "Sources/\(top)") {
                if Self.undeclared[file] == types { continue }
                let folder = Self.compared.keys.first { file.hasPrefix($0 + "/") }
                #expect(folder != nil, "\(file) has messages that no test compares: \(types)")
            }
        }
        for (file, types) in Self.undeclared {
            #expect(try Declarations.messagesByFile(in: file)[file] == types)
        }
    }

    @Test func `every test that is named here asks for all messages of its folder`() throws {
        for (folder, tests) in Self.compared {
            for name in tests {
                let kind = folder.split(separator: "/")[1]
                let file = Peer.root.appendingPathComponent("Tests/\(kind)/\(name).swift")
                let text = try String(contentsOf: file, encoding: .utf8)
                if name.contains("Message") {
                    #expect(text.contains("\"\(folder)\""), "\(name) does not read \(folder)")
                    #expect(text.contains("Declarations.messages("), "\(name) has no list")
                    #expect(text.contains("disagreements()"), "\(name) does not ask python")
                } else {
                    #expect(text.contains("Golden("), "\(name) has no golden")
                }
            }
        }
    }
}
