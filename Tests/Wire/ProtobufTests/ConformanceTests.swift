// SPDX-License-Identifier: Apache-2.0

import Foundation
import Protobuf
import TestSupport
import Testing

/// The wire format's odd forms, each judged by us, by this table and by python-protobuf.
@Suite struct ConformanceTests {
    /// What becomes of bytes: the message in canonical form, or a refusal.
    typealias Row = (what: String, bytes: String, is: Result<String, ProtobufError>)

    /// Rows of `Leaf`: 1 text, 2 uint32, 3 a Leaf.
    private static let varints: [Row] = [
        ("two bytes where one is enough", "10 8500", .success("1005")),
        ("ten bytes where one is enough", "10 85808080808080808000", .success("1005")),
        ("eleven bytes", "10 8580808080808080808000", .failure(.overlongVarint(field: 2))),
        ("bits above the 32nd", "10 85808080f0ffffffff01", .success("1005")),
        ("bits above the 64th", "10 ffffffffffffffffff7f", .success("10ffffffff0f")),
        ("a length of five bytes", "0a 8180808000 61", .success("0a0161")),
        ("a length of six", "0a 818080808000 61", .failure(.overlongVarint(field: 1))),
        ("a tag of five bytes", "9080808000 05", .success("1005")),
        ("a tag of six", "908080808000 05", .failure(.overlongVarint(field: 0))),
        ("an unknown value in ten bytes is kept", "c00c 8180808000", .success("c00c8180808000")),
        ("an unknown tag in three is kept", "c08c8000 01", .success("c08c800001")),
    ]

    private static let tags: [Row] = [
        ("nothing", "", .success("")),
        ("field 0", "00 01", .failure(.invalidFieldNumber(0))),
        ("the largest field", "f8ffffff0f 01", .success("f8ffffff0f01")),
        ("one above it", "8080808010 01", .failure(.invalidFieldNumber(1 << 29))),
        ("more than 32 bits", "8080808020 01", .failure(.invalidFieldNumber(1 << 30))),
        ("wire type 6", "16 01", .failure(.invalidWireType(field: 2, type: 6))),
        ("wire type 7", "17 01", .failure(.invalidWireType(field: 2, type: 7))),
        (
            "wire type 6 of an unknown field", "c60c 01",
            .failure(.invalidWireType(field: 200, type: 6))
        ),
        ("a varint for text", "08 05", .success("0805")),
        ("four bytes for a varint", "15 01020304", .success("1501020304")),
        ("eight bytes for a message", "19 0102030405060708", .success("190102030405060708")),
        ("a length for a varint", "12 01 05", .success("120105")),
        ("a group for a message", "1b 1c", .success("1b1c")),
        (
            "known fields stand ahead of unknown ones", "08 05 10 01 15 01020304",
            .success("1001080515 01020304")
        ),
    ]

    private static let groups: [Row] = [
        ("empty", "a306 a406", .success("a306a406")),
        ("with fields", "a306 0801 1201ff a406 10 05", .success("1005a30608011201ffa406")),
        ("in a group", "a306 ab06 0801 ac06 a406", .success("a306ab060801ac06a406")),
        ("with its own number inside", "a306 a306 a406 a406", .success("a306a306a406a406")),
        ("an end in more bytes", "a306 a4868000", .success("a306a4868000")),
        ("no end", "a306", .failure(.truncated(field: 100))),
        ("no end inside", "a306 ab06 a406", .failure(.unexpectedGroupEnd(field: 100))),
        ("the wrong end", "a306 ac06", .failure(.unexpectedGroupEnd(field: 101))),
        ("an end alone", "a406", .failure(.unexpectedGroupEnd(field: 100))),
        ("an end in a message", "a306 1a02 a406", .failure(.truncated(field: 100))),
        ("across the end of a message", "1a02 a306 a406", .failure(.truncated(field: 100))),
        ("wire type 6 inside", "a306 0e a406", .failure(.invalidWireType(field: 1, type: 6))),
        ("a length past the end inside", "a306 0a05 a406", .failure(.truncated(field: 1))),
    ]

    private static let lengths: [Row] = [
        ("past the end", "0a 02 61", .failure(.truncated(field: 1))),
        ("past the end of an inner message", "1a03 0a0261 6161", .failure(.truncated(field: 1))),
        ("no bytes for a length", "0a", .failure(.truncated(field: 1))),
        ("2 GiB less one", "0a ffffffff07 61", .failure(.truncated(field: 1))),
        ("2 GiB", "0a 8080808008 61", .failure(.truncated(field: 1))),
        ("4 GiB less one", "0a ffffffff0f 61", .failure(.truncated(field: 1))),
        ("all bits of five bytes", "0a ffffffff7f 61", .failure(.truncated(field: 1))),
        ("2^64 less one", "0a ffffffffffffffffff01", .failure(.overlongVarint(field: 1))),
        ("2 GiB of an unknown field", "c20c ffffffff07 61", .failure(.truncated(field: 200))),
        ("2 GiB of a message", "1a ffffffff07 61", .failure(.truncated(field: 3))),
        ("no bytes for a varint", "10", .failure(.truncated(field: 2))),
        ("three bytes of four", "c50c 010203", .failure(.truncated(field: 200))),
        ("seven bytes of eight", "c10c 01020304050607", .failure(.truncated(field: 200))),
    ]

    private static let values: [Row] = [
        ("the last text wins", "0a0161 0a0162", .success("0a0162")),
        ("the last number wins, even 0", "1005 1000", .success("")),
        ("messages are merged", "1a030a0161 1a021005", .success("1a050a01611005")),
        ("a message is there without a field", "1a00", .success("1a00")),
        ("text that is no UTF-8", "0a01ff", .failure(.invalidText(field: 1))),
        ("an overlong slash", "0a02c0af", .failure(.invalidText(field: 1))),
        ("half a surrogate pair", "0a03eda080", .failure(.invalidText(field: 1))),
        ("a character cut short", "0a02e4b8", .failure(.invalidText(field: 1))),
        ("above the last character", "0a04f4908080", .failure(.invalidText(field: 1))),
        ("text with a zero", "0a0100", .success("0a0100")),
    ]

    /// Rows of `Kinds`: 44 int32, 51 fixed32, 52 sfixed64, 50 an enum, 48 float; 61 to 63 maps.
    private static let lists: [Row] = [
        ("one by one", "e00205 e00206", .success("e202020506")),
        ("in pieces", "e2020105 e00206 e202020708", .success("e2020405060708")),
        ("an empty piece", "e20200", .success("")),
        ("a varint cut short", "e202020580", .failure(.truncated(field: 44))),
        (
            "a varint of eleven bytes", "e2020b8580808080808080808000",
            .failure(.overlongVarint(field: 44))
        ),
        ("three bytes of a fixed32", "9a0303010203", .failure(.truncated(field: 51))),
        ("nine bytes of fixed64", "a20309010203040506070809", .failure(.truncated(field: 52))),
        ("four bytes for a list of varints", "e50201020304", .success("e50201020304")),
        (
            "a negative enum of five bytes", "9203 05 ffffffff0f",
            .success("92030affffffffffffffffff01")
        ),
        ("a NaN keeps its bits", "8203 04 010080ff", .success("820304010080ff")),
        ("text that is no UTF-8", "ca0201ff", .failure(.invalidText(field: 41))),
    ]

    private static let maps: [Row] = [
        ("no value", "ea03030a0161", .success("ea03050a01611200")),
        ("no key", "ea0303120161", .success("ea03050a00120161")),
        ("neither", "ea0300", .success("ea03040a001200")),
        (
            "the last entry of a key wins", "ea03060a0161120162 ea03060a0161120163",
            .success("ea03060a0161120163")
        ),
        ("key and value twice", "ea030c0a01611201620a0163120164", .success("ea03060a0163120164")),
        ("the value first", "ea03061201620a0161", .success("ea03060a0161120162")),
        (
            "a message twice is merged", "f2030b0a0161120210011202 0a00",
            .success("f203070a016112021001")
        ),
        ("a key that is no UTF-8", "ea03060a01ff120162", .failure(.invalidText(field: 1))),
        ("a number for an entry", "e80305", .success("e80305")),
    ]

    private static let choices: [Row] = [
        ("the last member wins", "c00405 ba040161", .success("ba040161")),
        ("the last member wins, even 0", "ba040161 c00400", .success("c00400")),
        ("a message is merged", "ca04030a0161 ca04021005", .success("ca04050a01611005")),
        (
            "a message that came back is new", "ca04030a0161 c00405 ca04021005",
            .success("ca04021005")
        ),
        ("a form that is unknown chooses nothing", "c00405 b80401", .success("c00405b80401")),
        ("optional 0 is there", "a801 00 c00100", .success("c00100a80100")),
        ("a truth of two bytes", "18 8002", .success("1801")),
        ("a truth above 32 bits", "18 808080808001", .success("1801")),
        ("a negative number in five bytes", "20 ffffffff0f", .success("20ffffffffffffffffff01")),
    ]

    private static let leafRows = varints + tags + groups + lengths + values
    private static let kindsRows = lists + maps + choices

    @Test func `each row is as the table has it`() {
        for row in Self.leafRows { check(row, Leaf.self) }
        for row in Self.kindsRows { check(row, Kinds.self) }
    }

    private func check<M: Message>(_ row: Row, _ type: M.Type) {
        let ours: Result<[UInt8], ProtobufError>
        do throws(ProtobufError) {
            ours = .success(try M(decoding: hex(row.bytes)).encoded())
        } catch {
            ours = .failure(error)
        }
        #expect(ours == row.is.map { hex($0) }, "\(row.what): \(row.bytes)")
    }

    @Test func `python says the same of each row, of each cut, and of great depth`() async throws {
        var peer = ProtobufPeer()
        let proto = "Tests/peers/kinds.proto"
        peer.add(Leaf.self, named: "opi_xpu.test.Leaf", proto: proto)
        peer.judge(Self.leafRows.map { hex($0.bytes) })
        peer.judge([99, 100, 101, 102, 5000].flatMap { [Self.messages($0), Self.groups($0)] })
        peer.judge((0...100).map { Self.messages(1) + Self.groups($0) })
        for row in Self.leafRows { peer.judge(Self.cuts(of: hex(row.bytes))) }
        peer.add(Kinds.self, named: "opi_xpu.test.Kinds", proto: proto)
        peer.judge(Self.kindsRows.map { hex($0.bytes) })
        peer.judge(Self.cuts(of: GoldenTests.kinds))
        for row in Self.kindsRows { peer.judge(Self.cuts(of: hex(row.bytes))) }
        for line in try await peer.disagreements() { Issue.record("\(line)") }
    }

    @Test func `great depth is refused by name, whatever is announced`() {
        for depth in [101, 1000, 200_000] {
            #expect(throws: ProtobufError.nestedTooDeep(field: 3)) {
                try Leaf(decoding: Self.messages(depth))
            }
            #expect(throws: ProtobufError.nestedTooDeep(field: 100)) {
                try Leaf(decoding: Self.groups(depth))
            }
        }
    }

    @Test func `a length that is only announced takes no memory`() throws {
        let before = try Self.largestSize()
        for tag in ["0a", "1a", "c20c", "ca02", "e202", "9a03", "b203", "ea03"] {
            for _ in 0..<100 {
                #expect(throws: ProtobufError.self) {
                    try Kinds(decoding: hex(tag + "ffffffff07 61"))
                }
            }
        }
        #expect(try Self.largestSize() - before < 1 << 20)
    }

    /// Every beginning of a message.
    private static func cuts(of bytes: [UInt8]) -> [[UInt8]] {
        bytes.indices.map { Array(bytes[..<$0]) }
    }

    /// So many messages inside each other.
    private static func messages(_ depth: Int) -> [UInt8] {
        var inside = 0
        var headers: [[UInt8]] = []
        for _ in 0..<depth {
            var header: [UInt8] = [0x1a]
            var rest = inside
            while rest >= 0x80 {
                header.append(UInt8(rest & 0x7f) | 0x80)
                rest >>= 7
            }
            header.append(UInt8(rest))
            headers.append(header)
            inside += header.count
        }
        return headers.reversed().flatMap(\.self)
    }

    /// So many groups inside each other.
    private static func groups(_ depth: Int) -> [UInt8] {
        Array(repeating: hex("a306"), count: depth).flatMap(\.self)
            + Array(repeating: hex("a406"), count: depth).flatMap(\.self)
    }

    /// The most address space that this process has had, in KiB.
    private static func largestSize() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmPeak:") }
        let number = line?.split(whereSeparator: \.isWhitespace).dropFirst().first
        return try #require(number.flatMap { Int($0) })
    }
}
