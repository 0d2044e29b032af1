// SPDX-License-Identifier: Apache-2.0

import HPACK
import TestSupport
import Testing

@Suite struct HeaderDecoderTests {
    @Test(arguments: [
        ("80", HPACKError.unknownIndex(0)),
        ("be", .unknownIndex(62)),
        ("7f00 00", .unknownIndex(63)),
        ("ff80 8001", .unknownIndex(127 + (1 << 14))),
        ("ff80 8080 8001", .integerOverflow(offset: 5)),
        ("ff80 8080 8080 8080 8080 80", .integerOverflow(offset: 5)),
        ("ffff ffff ffff ffff ffff ff7f", .integerOverflow(offset: 5)),
        ("ff80", .truncated(offset: 2)),
        ("40", .truncated(offset: 1)),
        ("4001", .truncated(offset: 2)),
        ("4001 61", .truncated(offset: 3)),
        ("4001 6105 6162", .truncated(offset: 4)),
        ("007f ffff ff7f 61", .truncated(offset: 6)),
        ("0001 6181 ff", .invalidHuffman(offset: 3)),
        ("0001 6181 00", .invalidHuffman(offset: 3)),
        ("0001 6182 1fff", .invalidHuffman(offset: 3)),
        ("0001 6184 ffff ffff", .invalidHuffman(offset: 3)),
        ("0001 6185 ffff ffff fc", .invalidHuffman(offset: 3)),
        ("3fe2 1f", .tableTooLarge(size: 4097, limit: 4096)),
        ("8220", .lateTableUpdate(offset: 1)),
        ("203f e11f 8220", .lateTableUpdate(offset: 5)),
    ])
    func `refuses a malformed block`(block: String, error: HPACKError) {
        var decoder = HeaderDecoder()
        #expect(throws: error) { try decoder.decode(hex(block).span) }
    }

    @Test func `a table update may stand before the first field`() throws {
        var decoder = HeaderDecoder()
        _ = try decoder.decode(hex("4001 6101 62").span)
        #expect(decoder.table.fields.count == 1)
        #expect(try decoder.decode(hex("203f e11f 82").span).count == 1)
        #expect(decoder.table.fields.isEmpty)
        #expect(decoder.table.capacity == 4096)
    }

    @Test func `a lower limit demands an update`() throws {
        var decoder = HeaderDecoder()
        decoder.setMaximumTableSize(64)
        var lenient = decoder
        #expect(throws: HPACKError.missingTableUpdate(limit: 64)) {
            try decoder.decode([0x82].span)
        }
        #expect(try lenient.decode(hex("3f21 82").span).count == 1)
    }

    @Test func `every prefix of a block is an error or a shorter list`() throws {
        for series in Series.all {
            var decoder = HeaderDecoder(tableSize: series.tableSize)
            for (block, step) in zip(series.blocks, series.steps) {
                for length in 0..<block.count {
                    var copy = decoder
                    let prefix = Array(block.prefix(length))
                    if let fields = try? copy.decode(prefix.span) {
                        #expect(fields.count < step.fields.count)
                        #expect(step.fields.starts(with: fields))
                    }
                }
                _ = try decoder.decode(block.span)
            }
        }
    }

    @Test func `a list stops at its limit`() throws {
        // ":method: GET" counts 10 + 32 octets.
        var exact = HeaderDecoder(listLimit: 84)
        #expect(try exact.decode([0x82, 0x82].span).count == 2)
        var short = HeaderDecoder(listLimit: 83)
        #expect(throws: HPACKError.listTooLarge(limit: 83)) {
            try short.decode([0x82, 0x82].span)
        }
    }

    @Test func `a list that is too large is followed to its end`() throws {
        var decoder = HeaderDecoder(listLimit: 100)
        // Too large after its second field; the third and fourth go into the table.
        let block = hex("82 4001 6101 62 4001 6301 64 4001 6501 66".replacing(" ", with: ""))
        #expect(throws: HPACKError.listTooLarge(limit: 100)) { try decoder.decode(block.span) }
        let fields = try decoder.decode([0xbe, 0xc0].span)
        #expect(fields == [HeaderField("e", "f"), HeaderField("a", "b")])
    }

    @Test func `a small block cannot unfold into a large list`() {
        var decoder = HeaderDecoder()
        // One field of 4032 octets, then its number ten thousand times.
        var block = hex("4001 617f e01e")
        block += [UInt8](repeating: 0x61, count: 127 + 0x60 + (0x1e << 7))
        block += [UInt8](repeating: 0xbe, count: 10_000)
        #expect(throws: HPACKError.listTooLarge(limit: 65536)) {
            try decoder.decode(block.span)
        }
    }

    @Test func `octets that are not UTF-8 are read as ISO 8859-1`() throws {
        var decoder = HeaderDecoder()
        let fields = try decoder.decode(hex("4001 6104 6361 66e9  0001 6105 6361 66c3 a9").span)
        #expect(fields.map(\.value) == ["caf\u{e9}", "caf\u{e9}"])
        // The table counts the octets as they came.
        #expect(decoder.table.size == 1 + 4 + 32)
        #expect(try decoder.decode([0xbe].span) == [HeaderField("a", "caf\u{e9}")])
    }

    @Test func `random blocks never trap`() {
        var random = SeededGenerator(seed: 7541)
        for _ in 0..<20_000 {
            var decoder = HeaderDecoder(tableSize: Int.random(in: 0...256, using: &random))
            for _ in 0..<3 {
                let block = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                    UInt8.random(in: 0...255, using: &random)
                }
                guard let fields = try? decoder.decode(block.span) else { break }
                #expect(fields.count <= block.count)
                #expect(decoder.table.size <= decoder.table.capacity)
            }
        }
    }

    @Test func `errors read as one clause`() {
        #expect(
            "\(HPACKError.unknownIndex(99))"
                == "header block names table entry 99, which does not exist"
        )
    }
}
