// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@testable import HostAPI

@Suite struct DescriptorTests {
    @Test(.timeLimit(.minutes(1)))
    func `the descriptor is what protoc makes of the file; see scripts/descriptors`() async throws {
        let path = Peer.root.appendingPathComponent("Sources/Control/HostAPI/host.proto").path
        let output = try await Peer.output(of: "descriptors.py", arguments: [path])
        let text = String(decoding: output, as: UTF8.self).filter { !$0.isWhitespace }
        #expect(Data(HostDescriptor.bytes) == Data(base64Encoded: text))
        #expect(!HostDescriptor.bytes.isEmpty)
    }
}
