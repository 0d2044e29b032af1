// SPDX-License-Identifier: Apache-2.0

import Foundation
import HPACK
import TestSupport
import Testing

/// Both directions against python-hpack.
@Suite struct PeerTests {
    @Test(arguments: [0, 200, 4096])
    func `python reads our blocks and we read its blocks`(tableSize: Int) async throws {
        var random = HeaderLists(seed: UInt64(tableSize) + 1)
        let lists = (0..<500).map { _ in random.next() }
        var encoder = HeaderEncoder(tableSize: tableSize)
        let question = Exchange(
            tableSize: tableSize,
            blocks: lists.map { hex(encoder.encode($0)) },
            lists: lists.map { $0.map(Exchange.Field.init) }
        )
        let input = try JSONEncoder().encode(question)
        let output = try await Peer.output(of: "hpack_peer.py", input: input)
        let answer = try JSONDecoder().decode(Exchange.self, from: output)
        #expect(answer.lists.map { $0.map(\.field) } == lists)

        var decoder = HeaderDecoder(tableSize: max(tableSize, 4096))
        try #require(answer.blocks.count == lists.count)
        for (block, list) in zip(answer.blocks, lists) {
            // It sends a sensitive field that a table has by number, so the mark is lost.
            let decoded = try decoder.decode(hex(block).span)
            try #require(decoded.map(\.name) == list.map(\.name))
            try #require(decoded.map(\.value) == list.map(\.value))
        }
    }
}

/// What goes to the script and comes back.
private struct Exchange: Codable {
    var tableSize: Int?
    var blocks: [String]
    var lists: [[Field]]

    /// A field as the array of its name, its value and whether it is sensitive.
    struct Field: Codable {
        var field: HeaderField

        init(_ field: HeaderField) {
            self.field = field
        }

        init(from decoder: any Decoder) throws {
            var container = try decoder.unkeyedContainer()
            field = HeaderField(
                try container.decode(String.self),
                try container.decode(String.self),
                sensitive: try container.decode(Bool.self)
            )
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.unkeyedContainer()
            try container.encode(field.name)
            try container.encode(field.value)
            try container.encode(field.isSensitive)
        }
    }
}
