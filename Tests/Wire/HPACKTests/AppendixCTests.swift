// SPDX-License-Identifier: Apache-2.0

import Bytes
import HPACK
import TestSupport
import Testing

/// The examples of RFC 7541, appendix C.
@Suite struct AppendixCTests {
    @Test(arguments: [(10, 5, "0a"), (1337, 5, "1f9a0a"), (42, 8, "2a")])
    func `C.1: integers`(value: Int, prefix: Int, encoded: String) throws {
        var writer = HeaderBlockWriter(usesHuffman: false)
        writer.integer(value, prefix: prefix, pattern: 0)
        let bytes = writer.take()
        #expect(hex(bytes) == encoded)
        var reader = HeaderBlockReader(bytes.span)
        #expect(try reader.integer(prefix: prefix) == value)
        #expect(reader.position == bytes.count)
    }

    @Test func `C.2.1: a literal to be remembered`() throws {
        var decoder = HeaderDecoder()
        let block = hex("400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572")
        let field = HeaderField("custom-key", "custom-header")
        #expect(try decoder.decode(block.span) == [field])
        #expect(decoder.table.fields == [field])
        #expect(decoder.table.size == 55)
    }

    @Test func `C.2.2: a literal`() throws {
        var decoder = HeaderDecoder()
        let block = hex("040c 2f73 616d 706c 652f 7061 7468")
        #expect(try decoder.decode(block.span) == [HeaderField(":path", "/sample/path")])
        #expect(decoder.table.fields.isEmpty)
    }

    @Test func `C.2.3: a literal never to be remembered`() throws {
        var decoder = HeaderDecoder()
        var encoder = HeaderEncoder(tableSize: 4096, usesHuffman: false)
        let block = hex("1008 7061 7373 776f 7264 0673 6563 7265 74")
        let field = HeaderField("password", "secret", sensitive: true)
        #expect(try decoder.decode(block.span) == [field])
        #expect(decoder.table.fields.isEmpty)
        #expect(encoder.encode([field]) == block)
        #expect(encoder.table.fields.isEmpty)
    }

    @Test func `C.2.4: an indexed field`() throws {
        var decoder = HeaderDecoder()
        #expect(try decoder.decode([0x82].span) == [HeaderField(":method", "GET")])
        #expect(decoder.table.fields.isEmpty)
    }

    @Test(arguments: Series.all)
    func `C.3 to C.6: blocks that build on one another`(series: Series) throws {
        var decoder = HeaderDecoder(tableSize: series.tableSize)
        var encoder = HeaderEncoder(
            tableSize: series.tableSize,
            usesHuffman: series.usesHuffman
        )
        // The examples leave out that a table other than 4096 octets is announced.
        #expect(hex(encoder.encode([])) == (series.tableSize == 256 ? "3fe101" : ""))
        for (step, block) in zip(series.steps, series.blocks) {
            #expect(try decoder.decode(block.span) == step.fields)
            #expect(decoder.table.fields == step.table)
            #expect(decoder.table.size == step.tableSize)
            #expect(hex(encoder.encode(step.fields)) == hex(block))
            #expect(encoder.table.fields == step.table)
            #expect(encoder.table.size == step.tableSize)
        }
    }
}
