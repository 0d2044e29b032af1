// SPDX-License-Identifier: Apache-2.0

import HPACK
import TestSupport
import Testing

@Suite struct RoundTripTests {
    @Test(arguments: [0, 100, 300, 4096])
    func `random lists come back`(tableSize: Int) throws {
        var lists = HeaderLists(seed: UInt64(tableSize))
        var encoder = HeaderEncoder(tableSize: tableSize)
        var decoder = HeaderDecoder()
        for round in 0..<5000 {
            if round.isMultiple(of: 50) {
                let size = Int.random(in: 0...4096, using: &lists.random)
                encoder.setMaximumTableSize(size)
                decoder.setMaximumTableSize(size)
            }
            let fields = lists.next()
            let block = encoder.encode(fields)
            let decoded = try decoder.decode(block.span)
            try #require(decoded == fields)
            try #require(decoder.table.fields == encoder.table.fields)
            try #require(decoder.table.size == encoder.table.size)
        }
    }

    @Test func `every octet survives Huffman`() throws {
        for octet in UInt8.min...UInt8.max {
            let text = String(repeating: Character(Unicode.Scalar(octet)), count: 9)
            var encoder = HeaderEncoder()
            var decoder = HeaderDecoder()
            let field = HeaderField("x", text)
            #expect(try decoder.decode(encoder.encode([field]).span) == [field])
        }
    }
}

/// Header lists whose names and values repeat often enough to hit the tables.
struct HeaderLists {
    var random: SeededGenerator

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
    }

    mutating func next() -> [HeaderField] {
        (0..<Int.random(in: 0...12, using: &random)).map { _ in field() }
    }

    private mutating func field() -> HeaderField {
        let known = [":path", ":status", "content-type", "grpc-status", "user-agent", "x-card"]
        let name =
            Bool.random(using: &random)
            ? known[Int.random(in: 0..<known.count, using: &random)]
            : "x-\(UInt8.random(in: 0...99, using: &random))"
        let isSensitive = Int.random(in: 0..<10, using: &random) == 0
        return HeaderField(name, value(), sensitive: isSensitive)
    }

    private mutating func value() -> String {
        switch Int.random(in: 0..<6, using: &random) {
        case 0: return ""
        case 1: return ["200", "GET", "/", "gzip, deflate"].randomElement(using: &random) ?? ""
        case 2: return "\(UInt8.random(in: 0...30, using: &random))"
        case 3: return text(of: 0x20...0x7e, upTo: 40)
        case 4: return text(of: 0xa0...0x2fff, upTo: 12)
        default: return text(of: 0x61...0x7a, upTo: 300)
        }
    }

    private mutating func text(of range: ClosedRange<UInt32>, upTo limit: Int) -> String {
        var scalars = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 1...limit, using: &random) {
            scalars.append(Unicode.Scalar(UInt32.random(in: range, using: &random)) ?? "?")
        }
        return String(scalars)
    }
}
