// SPDX-License-Identifier: Apache-2.0

import Bytes
import TestSupport
import Testing

@Suite struct ByteReaderTests {
    @Test func `reads the three integer orders`() throws {
        let bytes = hex("01 02 03 04  01 02 03 04  2a")
        var reader = ByteReader(bytes.span)
        #expect(try reader.bigEndian(UInt32.self) == 0x0102_0304)
        #expect(try reader.littleEndian(UInt32.self) == 0x0403_0201)
        #expect(try reader.native(UInt8.self) == 0x2a)
        #expect(reader.remaining == 0)
    }

    @Test func `lends a slice and moves past it`() throws {
        let bytes = hex("00 11 22 33 44")
        var reader = ByteReader(bytes.span)
        try reader.skip(1)
        let slice = try reader.slice(2)
        #expect([UInt8](copying: slice) == [0x11, 0x22])
        #expect(reader.position == 3)
        #expect([UInt8](copying: reader.rest()) == [0x33, 0x44])
    }

    @Test(arguments: [-1, 3, Int.max, Int.min])
    func `refuses a length that does not fit`(count: Int) {
        let bytes = hex("00 11")
        #expect(throws: BytesError.truncated(wanted: count, available: 2)) {
            var reader = ByteReader(bytes.span)
            _ = try reader.slice(count)
        }
        #expect(throws: BytesError.truncated(wanted: count, available: 2)) {
            var reader = ByteReader(bytes.span)
            try reader.skip(count)
        }
    }

    @Test func `an integer cut short consumes nothing`() {
        let bytes = hex("00 11 22")
        var reader = ByteReader(bytes.span)
        #expect(throws: BytesError.self) { try reader.bigEndian(UInt32.self) }
        #expect(reader.position == 0)
        #expect(reader.peeked == 0)
    }

    @Test func `the writer mirrors the reader`() throws {
        var writer = ByteWriter(capacity: 16)
        writer.bigEndian(UInt16(0x0102))
        writer.littleEndian(UInt16(0x0102))
        writer.native(UInt32(7))
        writer.append([9, 9].span)
        writer.zeros(1)
        writer.patch(bigEndian: UInt16(0xffee), at: 8)
        var reader = ByteReader(writer.bytes.span)
        #expect(try reader.bigEndian(UInt32.self) == 0x0102_0201)
        #expect(try reader.native(UInt32.self) == 7)
        #expect(try reader.array(3) == [0xff, 0xee, 0])
        #expect(writer.take().count == 11)
        #expect(writer.count == 0)
    }
}
