// SPDX-License-Identifier: Apache-2.0

import HPACK
import TestSupport
import Testing

@Suite struct HeaderEncoderTests {
    private let card = HeaderField("x-card", "0000:3b:00.0")

    @Test func `sends a field by number once it is known`() throws {
        var encoder = HeaderEncoder()
        var decoder = HeaderDecoder()
        let fields = [HeaderField(":method", "GET"), card]
        let first = encoder.encode(fields)
        #expect(try decoder.decode(first.span) == fields)
        let second = encoder.encode(fields)
        #expect(second == hex("82 be"))
        #expect(try decoder.decode(second.span) == fields)
    }

    @Test func `sends a known name by number`() {
        var encoder = HeaderEncoder(tableSize: 4096, usesHuffman: false)
        _ = encoder.encode([card])
        #expect(encoder.encode([HeaderField("x-card", "7")]) == hex("7e 01 37"))
        #expect(encoder.encode([HeaderField(":path", "7")]) == hex("44 01 37"))
    }

    @Test func `announces a smaller table and forgets`() throws {
        var encoder = HeaderEncoder()
        var decoder = HeaderDecoder()
        _ = try decoder.decode(encoder.encode([card]).span)
        encoder.setMaximumTableSize(30)
        decoder.setMaximumTableSize(30)
        let block = encoder.encode([card])
        #expect(block.prefix(2) == [0x3e, 0x00])
        #expect(try decoder.decode(block.span) == [card])
        #expect(decoder.table.fields.isEmpty)
        #expect(encoder.table.fields.isEmpty)
    }

    @Test func `announces the smallest size between two blocks, then the last`() throws {
        var encoder = HeaderEncoder()
        var decoder = HeaderDecoder()
        _ = try decoder.decode(encoder.encode([card]).span)
        encoder.setMaximumTableSize(0)
        encoder.setMaximumTableSize(100)
        #expect(encoder.encode([]) == hex("20 3f45"))
        #expect(encoder.encode([]) == [])
        encoder.setMaximumTableSize(100)
        #expect(encoder.encode([]) == [])
        encoder.setMaximumTableSize(200)
        #expect(encoder.encode([]) == hex("3fa901"))
    }

    @Test func `keeps to its own limit whatever the peer allows`() {
        var encoder = HeaderEncoder(tableSize: 64)
        #expect(encoder.encode([]) == hex("3f21"))
        encoder.setMaximumTableSize(1 << 20)
        #expect(encoder.encode([]) == [])
        #expect(encoder.table.capacity == 64)
        var large = HeaderEncoder(tableSize: 1 << 16)
        #expect(large.encode([]) == [])
        #expect(large.table.capacity == 4096)
    }

    @Test func `a field larger than the table leaves the table alone`() throws {
        var encoder = HeaderEncoder()
        var decoder = HeaderDecoder()
        let large = HeaderField("x-large", String(repeating: "a", count: 4096))
        let first = encoder.encode([card, large])
        #expect(try decoder.decode(first.span) == [card, large])
        #expect(encoder.encode([card]) == [0xbe])
        #expect(decoder.table.fields == [card])
    }

    @Test func `another spelling of the same text is another field`() throws {
        var encoder = HeaderEncoder()
        var decoder = HeaderDecoder()
        let spellings = ["caf\u{e9}", "cafe\u{301}", "caf\u{e9}"].map { HeaderField("x", $0) }
        for field in spellings {
            let decoded = try decoder.decode(encoder.encode([field]).span)
            #expect(decoded.map { Array($0.value.utf8) } == [Array(field.value.utf8)])
        }
    }

    @Test func `a sensitive value is not printed`() {
        #expect("\(HeaderField("token", "abc", sensitive: true))" == "token: (withheld)")
        #expect("\(card)" == "x-card: 0000:3b:00.0")
    }
}
