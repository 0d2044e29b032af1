// SPDX-License-Identifier: Apache-2.0

import JSON
import TestSupport
import Testing
import YAML

/// Whatever the bytes are: a value or a typed error, in bounded time.
@Suite struct HostileTests {
    private func survives(_ bytes: [UInt8]) -> Bool {
        do {
            _ = try JSONValue(yaml: bytes)
            return true
        } catch {
            return !error.description.isEmpty
        }
    }

    /// The byte's place counts characters, though the reader counts bytes.
    @Test(
        arguments: [
            ([0x61, 0x3a, 0x20, 0xff], 1, 4), ([0xc3, 0xa9, 0x0a, 0xc3, 0xa9, 0xc0, 0x80], 2, 2),
            ([0x61, 0xed, 0xa0, 0x80], 1, 2), ([0x61, 0xf4, 0x90, 0x80, 0x80], 1, 2),
            ([0x61, 0x0a, 0xe2, 0x82], 2, 1), ([0xff, 0xfe, 0x61, 0x00], 1, 1),
            ([0xfe, 0xff, 0x00, 0x61], 1, 1), ([0x61, 0x00], 1, 2),
        ] as [([UInt8], Int, Int)]
    )
    func `what is not UTF-8 is refused where it is`(bytes: [UInt8], line: Int, column: Int) throws {
        let error = try #require(throws: YAMLError.self) { try JSONValue(yaml: bytes) }
        guard case .syntax(_, let at) = error else { throw error }
        #expect(at == YAMLPosition(line: line, column: column), "\(error)")
    }

    @Test func `cut and mutated documents do no harm`() {
        var generator = SeededGenerator(seed: 21)
        for document in Documents.good.map({ Array($0.utf8) }) {
            for count in document.indices {
                #expect(survives(Array(document[..<count])))
            }
            for _ in 0..<200 where !document.isEmpty {
                var mutated = document
                for _ in 0..<Int.random(in: 1...4, using: &generator) {
                    let place = Int.random(in: mutated.indices, using: &generator)
                    let marks = Array("[]{}:,-?&*!|>'\"%@`#\n \t\u{85}\\0".utf8)
                    mutated[place] =
                        Bool.random(using: &generator)
                        ? marks[Int.random(in: marks.indices, using: &generator)]
                        : UInt8.random(in: 0...255, using: &generator)
                }
                #expect(survives(mutated))
            }
        }
    }

    /// Shapes that cost parsers quadratic time, a megabyte of each.
    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            "a,", "[],", "? ", "- ", "a: ", "a: b\n", "\"\\x41\" ", "# ", " ", "\n", "k: |\n x\n",
        ]
    )
    func `a megabyte is read in bounded time`(unit: String) {
        let filler = String(repeating: unit, count: (1 << 20) / unit.utf8.count - 4)
        #expect(survives(Array(filler.utf8)))
        #expect(survives(Array("[\(filler)".utf8)))
        #expect(survives(Array("{\(filler)".utf8)))
        #expect(survives(Array("\"\(filler)".utf8)))
    }
}
