// SPDX-License-Identifier: Apache-2.0

import Protobuf
import TestSupport
import Testing

@Suite struct MalformedTests {
    @Test(arguments: [
        ("0a", ProtobufError.truncated(field: 1)),
        ("0a02 61", .truncated(field: 1)),
        ("0affffffff7f 61", .truncated(field: 1)),
        ("0affffffffff00 61", .overlongVarint(field: 1)),
        ("0affffffffffffffffff01 61", .overlongVarint(field: 1)),
        ("10", .truncated(field: 2)),
        ("1080", .truncated(field: 2)),
        ("80", .truncated(field: 0)),
        ("1a03 0a02 61", .truncated(field: 1)),
        ("1d 010203", .truncated(field: 3)),
        ("19 01020304050607", .truncated(field: 3)),
        ("10 ffffffffffffffffffff01", .overlongVarint(field: 2)),
        ("10 8080808080808080808000", .overlongVarint(field: 2)),
        ("ffffffffffffffffff02", .overlongVarint(field: 0)),
        ("00", .invalidFieldNumber(0)),
        ("02 0161", .invalidFieldNumber(0)),
        ("8080808010 01", .invalidFieldNumber(1 << 29)),
        ("f8ffffff7f 01", .invalidFieldNumber((1 << 32) - 1)),
        ("9080808080 00 01", .overlongVarint(field: 0)),
        ("0e", .invalidWireType(field: 1, type: 6)),
        ("0f", .invalidWireType(field: 1, type: 7)),
        ("0c", .unexpectedGroupEnd(field: 1)),
        ("a306", .truncated(field: 100)),
        ("a306 0a", .truncated(field: 1)),
        ("a306 9c06", .unexpectedGroupEnd(field: 99)),
        ("a306 9b06 a406", .unexpectedGroupEnd(field: 100)),
        ("0a01 ff", .invalidText(field: 1)),
        ("0a02 c080", .invalidText(field: 1)),
        ("0a03 eda080", .invalidText(field: 1)),
    ])
    func `refuses`(bytes: String, error: ProtobufError) {
        #expect(throws: error) { try Leaf(decoding: hex(bytes)) }
    }

    @Test(arguments: [
        ("e202 02 0180", ProtobufError.truncated(field: 44)),
        ("9a03 03 010203", .truncated(field: 51)),
        ("a203 09 010203040506070809", .truncated(field: 52)),
        ("ca02 01 ff", .invalidText(field: 41)),
        ("ea03 03 0a01ff", .invalidText(field: 1)),
    ])
    func `refuses in a list or map`(bytes: String, error: ProtobufError) {
        #expect(throws: error) { try Kinds(decoding: hex(bytes)) }
    }

    @Test func `every prefix of a message is refused or is a message of its first fields`() {
        let whole = GoldenTests.kinds
        var accepted = 0
        for length in 0..<whole.count {
            guard let kinds = try? Kinds(decoding: Array(whole.prefix(length))) else { continue }
            accepted += 1
            // A map or list that was cut between two elements encodes to the same bytes.
            #expect(whole.starts(with: kinds.encoded()))
        }
        // One for each of its fields.
        #expect(accepted == 39)
    }

    @Test func `limits hold at their edge`() throws {
        let limits = ProtobufLimits(messageSize: 9, depth: 2)
        let deep = Leaf("", child: Leaf("", child: Leaf("abc")))
        #expect(deep.encoded().count == 9)
        #expect(try Leaf(decoding: deep.encoded(), limits: limits) == deep)
        let deeper = Leaf("", child: Leaf("", child: Leaf("", child: Leaf("a"))))
        #expect(throws: ProtobufError.nestedTooDeep(field: 3)) {
            try Leaf(decoding: deeper.encoded(), limits: limits)
        }
        let larger = Leaf("", child: Leaf("", child: Leaf("abcd")))
        #expect(throws: ProtobufError.messageTooLarge(size: 10, limit: 9)) {
            try Leaf(decoding: larger.encoded(), limits: limits)
        }
    }

    @Test func `messages of all levels count together`() throws {
        var kinds = Kinds()
        kinds.leaves = [Leaf("", child: Leaf()), Leaf()]
        kinds.labels = ["a": "b"]
        let bytes = kinds.encoded()
        #expect(try Kinds(decoding: bytes, limits: ProtobufLimits(messages: 4)) == kinds)
        #expect(throws: ProtobufError.tooManyMessages(field: 61)) {
            try Kinds(decoding: bytes, limits: ProtobufLimits(messages: 3))
        }
        let bomb = Array(repeating: hex("b20300"), count: 1 << 18).flatMap { $0 }
        #expect(throws: ProtobufError.tooManyMessages(field: 54)) { try Kinds(decoding: bomb) }
    }

    @Test func `groups count as levels`() throws {
        func groups(_ depth: Int) -> [UInt8] {
            Array(repeating: hex("a306"), count: depth).flatMap { $0 }
                + Array(repeating: hex("a406"), count: depth).flatMap { $0 }
        }
        #expect(try Leaf(decoding: groups(100)).unknownFields.bytes == groups(100))
        #expect(throws: ProtobufError.nestedTooDeep(field: 100)) {
            try Leaf(decoding: groups(101))
        }
        #expect(throws: ProtobufError.nestedTooDeep(field: 100)) {
            try Leaf(decoding: groups(1_000_000))
        }
    }

    @Test func `damaged and random bytes never trap`() {
        var random = SeededGenerator(seed: 11)
        for _ in 0..<20_000 {
            var bytes = GoldenTests.kinds
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                bytes[index] = UInt8.random(in: 0...255, using: &random)
            }
            if let kinds = try? Kinds(decoding: bytes) {
                // What was accepted is stable from then on.
                let encoded = kinds.encoded()
                #expect((try? Kinds(decoding: encoded))?.encoded() == encoded)
            }
            let noise = (0..<Int.random(in: 0...30, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            _ = try? Kinds(decoding: noise)
        }
    }

    @Test func `errors read as one clause`() {
        #expect(
            "\(ProtobufError.truncated(field: 3))"
                == "protobuf field 3 reaches past the end of its message"
        )
        #expect("\(ProtobufError.truncated(field: 0))" == "protobuf message ends inside a tag")
    }
}
