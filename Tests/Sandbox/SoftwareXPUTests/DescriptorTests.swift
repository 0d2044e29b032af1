// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@testable import SoftwareXPU

@Suite struct DescriptorTests {
    @Test(.timeLimit(.minutes(1)))
    func `the descriptor is what protoc makes of the file; see scripts/descriptors`() async throws {
        let path = Peer.root.appendingPathComponent("Sources/Sandbox/SoftwareXPU/xpu.proto").path
        let output = try await Peer.output(of: "descriptors.py", arguments: [path])
        let text = String(decoding: output, as: UTF8.self).filter { !$0.isWhitespace }
        #expect(Data(XPUDescriptor.bytes) == Data(base64Encoded: text))
        #expect(!XPUDescriptor.bytes.isEmpty)
    }
}
