// SPDX-License-Identifier: Apache-2.0

import Protobuf
import TestSupport
import Testing

/// Both directions against python-protobuf.
@Suite struct PeerTests {
    @Test func `python and we agree on every kind of field`() async throws {
        var fields = FieldGenerator(seed: 3)
        var peer = ProtobufPeer()
        peer.add(
            Kinds.self,
            named: "opi_xpu.test.Kinds",
            proto: "Tests/peers/kinds.proto",
            values: (0..<10_000).map { _ in fields.kinds() },
            random: 10_000,
            mangled: 4000
        )
        peer.add(
            Leaf.self,
            named: "opi_xpu.test.Leaf",
            proto: "Tests/peers/kinds.proto",
            values: (0..<10_000).map { _ in fields.leaf(depth: 3) },
            random: 10_000,
            mangled: 10_000
        )
        for line in try await peer.disagreements() { Issue.record("\(line)") }
    }

    @Test func `the comparison notices a wrong message`() async throws {
        var peer = ProtobufPeer()
        peer.add(
            Leaf.self,
            named: "opi_xpu.test.Kinds",
            proto: "Tests/peers/kinds.proto",
            random: 20
        )
        #expect(try await peer.disagreements().count == 5)
    }

    @Test func `the comparison notices a field that the declaration lacks`() async throws {
        var peer = ProtobufPeer()
        peer.add(
            Kinds.self,
            named: "opi_xpu.test.Leaf",
            proto: "Tests/peers/kinds.proto",
            values: [
                {
                    var kinds = Kinds(); kinds.last = "x"; return kinds
                }()
            ]
        )
        let error = await #expect(throws: Peer.PeerError.self) { try await peer.disagreements() }
        #expect("\(error as Any)".contains("unknown to opi_xpu.test.Leaf"))
    }
}
