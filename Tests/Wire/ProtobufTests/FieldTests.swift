// SPDX-License-Identifier: Apache-2.0

import Protobuf
import TestSupport
import Testing

@Suite struct FieldTests {
    @Test(arguments: [
        ("packed", "e202 03 01 02 03"),
        ("not packed", "e002 01  e002 02  e002 03"),
        ("mixed", "e002 01  e202 02 02 03"),
        ("with empty runs", "e202 00  e202 03 01 02 03  e202 00"),
    ])
    func `a list of numbers may come`(form: String, bytes: String) throws {
        #expect(try Kinds(decoding: hex(bytes)).smalls == [1, 2, 3])
    }

    @Test func `lists of every layout may come packed or not`() throws {
        let packed = """
            da02 02 01 00   ea02 01 05   f202 01 06   fa02 01 07  8203 04 0000803f
            8a03 08 000000000000f03f  9203 01 01  9a03 04 08000000
            a203 08 ffffffffffffffff  aa03 01 01
            """
        let single = """
            d802 01 d802 00   e802 05   f002 06   f802 07  8503 0000803f
            8903 000000000000f03f  9003 01  9d03 08000000
            a103 ffffffffffffffff  a803 01
            """
        let kinds = try Kinds(decoding: hex(packed))
        #expect(try Kinds(decoding: hex(single)) == kinds)
        #expect((kinds.flags, kinds.larges) == ([true, false], [5]))
        #expect((kinds.counts, kinds.totals) == ([6], [7]))
        #expect((kinds.ratios, kinds.factors) == ([1], [1]))
        #expect((kinds.colors, kinds.fixedSmalls) == ([.red], [8]))
        #expect((kinds.signedLarges, kinds.zigzags) == ([-1], [-1]))
    }

    @Test func `the last one of a scalar wins`() throws {
        let kinds = try Kinds(decoding: hex("0a0161 0a0162  2001 2002  aa010163 aa0100"))
        #expect((kinds.text, kinds.small, kinds.maybeText) == ("b", 2, ""))
    }

    @Test func `messages of a singular field are merged`() throws {
        // 31: { name "a", child { count 1 } }, 31: { count 2, child { name "c" } }
        let bytes = hex("fa01 07 0a0161 1a021001  fa01 07 1002 1a030a0163")
        let leaf = try Kinds(decoding: bytes).leaf
        #expect(leaf == Leaf("a", 2, child: Leaf("c", 1)))
    }

    @Test func `the last member of a oneof wins, and a message in it is merged`() throws {
        #expect(try Kinds(decoding: hex("ba04 0161  c004 00")).choice == .number(0))
        #expect(try Kinds(decoding: hex("c004 07  ba04 00")).choice == .word(""))
        let merged = try Kinds(decoding: hex("ca04 030a0161  ca04 021005"))
        #expect(merged.choice == .nested(Leaf("a", 5)))
    }

    @Test func `presence is kept where it is tracked`() throws {
        let kinds = try Kinds(decoding: hex("2000  c00100  fa0100"))
        #expect((kinds.small, kinds.maybeSmall, kinds.maybeFlag) == (0, 0, nil))
        #expect(kinds.leaf == Leaf())
        #expect(hex(kinds.encoded()) == "c00100fa0100")
        #expect(Kinds().encoded() == [])
    }

    @Test func `the last entry of a map's key wins, and a missing half is the default`() throws {
        let bytes = hex(
            """
            ea03 06 0a016b 120161   # "k": "a"
            ea03 06 120162 0a016b   # "k": "b", value first
            ea03 03 120163          # "": "c"
            f203 03 0a016d          # "m": an empty message
            fa03 03 0a016e          # "n": 0
            fa03 05 0a016f 1801     # "o": 0, and an unknown field, which is lost
            """
        )
        let kinds = try Kinds(decoding: bytes)
        #expect(kinds.labels == ["k": "b", "": "c"])
        #expect(kinds.branches == ["m": Leaf()])
        #expect(kinds.sizes == ["n": 0, "o": 0])
        #expect(kinds.unknownFields.isEmpty)
    }

    @Test func `numbers lose the bits that do not fit, as in the reference`() throws {
        let kinds = try Kinds(
            decoding: hex("20 8180808010  30 8180808010  18 8080808010  50 8180808010")
        )
        #expect((kinds.small, kinds.count) == (1, 1))
        #expect((kinds.flag, kinds.color) == (true, .red))
    }

    @Test func `zigzag reaches both ends`() throws {
        var kinds = Kinds()
        (kinds.zigzagSmall, kinds.zigzagLarge) = (.min, .max)
        #expect(hex(kinds.encoded()) == "78ffffffff0f8001feffffffffffffffff01")
        #expect(try Kinds(decoding: kinds.encoded()) == kinds)
        (kinds.zigzagSmall, kinds.zigzagLarge) = (.max, .min)
        #expect(try Kinds(decoding: kinds.encoded()) == kinds)
    }

    @Test func `negative zero is not the default`() throws {
        var kinds = Kinds()
        (kinds.ratio, kinds.factor) = (-0.0, -0.0)
        #expect(hex(kinds.encoded()) == "4500000080490000000000000080")
    }

    @Test func `unknown enum numbers survive`() throws {
        let bytes = hex("50e807")
        #expect(try Kinds(decoding: bytes).color == Color(rawValue: 1000))
        #expect(try Kinds(decoding: bytes).encoded() == bytes)
    }

    @Test func `merging replaces scalars and extends lists`() throws {
        var kinds = try Kinds(decoding: hex("0a0161 2001 ca020178"))
        try kinds.merge(hex("0a0162 ca020179").span)
        #expect((kinds.text, kinds.small, kinds.texts) == ("b", 1, ["x", "y"]))
    }

    @Test(arguments: [0, 1, 127, 128, 129, 16383, 16384, 70000])
    func `a nested message of any size has the shortest length`(count: Int) throws {
        var kinds = Kinds()
        kinds.leaf = Leaf(String(repeating: "a", count: count), child: Leaf("b"))
        kinds.smalls = Array(repeating: 1, count: count)
        #expect(try Kinds(decoding: kinds.encoded()) == kinds)
        var lists = Kinds()
        lists.smalls = kinds.smalls
        let lengthSize = count < 128 ? 1 : count < 16384 ? 2 : 3
        #expect(lists.encoded().count == (count == 0 ? 0 : 2 + lengthSize + count))
    }
}
