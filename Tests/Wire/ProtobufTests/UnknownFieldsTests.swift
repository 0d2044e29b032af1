// SPDX-License-Identifier: Apache-2.0

import Protobuf
import TestSupport
import Testing

@Suite struct UnknownFieldsTests {
    @Test(arguments: [
        ("varint", "a00607"),
        ("fixed64", "a1060102030405060708"),
        ("length-delimited", "a20603616263"),
        ("fixed32", "a50601020304"),
        ("group", "a306 0a0161 a406"),
        ("empty group", "a306 a406"),
        ("nested groups", "a306 ab06 b00601 ac06 a306 a406 a406"),
        ("tag in more bytes than needed", "a086808000 07"),
    ])
    func `a field with an unknown number is kept as it came`(kind: String, text: String) throws {
        let bytes = hex(text)
        let leaf = try Leaf(decoding: bytes)
        #expect(leaf.unknownFields.bytes == bytes)
        #expect(leaf.encoded() == bytes)
    }

    @Test(arguments: [
        ("a string that is a number", "0801"),
        ("a string that is fixed32", "0d01020304"),
        ("a string that is a group", "0b0c"),
        ("a number that is text", "120161"),
        ("a number that is fixed64", "110102030405060708"),
        ("a message that is a number", "1801"),
    ])
    func `a field with a wrong wire type is kept too`(kind: String, text: String) throws {
        let leaf = try Leaf(decoding: hex(text))
        #expect(leaf.unknownFields.bytes == hex(text))
        #expect((leaf.name, leaf.count, leaf.child) == ("", 0, nil))
    }

    @Test func `a map or list with a wrong wire type is kept`() throws {
        let bytes = hex("e803 01  c802 01  b003 01")
        let kinds = try Kinds(decoding: bytes)
        #expect(kinds.unknownFields.bytes == bytes)
        #expect(kinds.labels.isEmpty && kinds.texts.isEmpty && kinds.leaves.isEmpty)
    }

    @Test func `unknown fields come last, in their order, at every level`() throws {
        // Unknown 100 and 99 around the name, in the message and in its child.
        let bytes = hex("a00601 0a0161 980602 1a09 a00603 0a0162 980604")
        let leaf = try Leaf(decoding: bytes)
        #expect(hex(leaf.encoded()) == "0a01611a090a0162a00603980604a00601980602")
        #expect(leaf.child?.unknownFields.bytes == hex("a00603 980604"))
        #expect(try Leaf(decoding: leaf.encoded()) == leaf)
    }
}
