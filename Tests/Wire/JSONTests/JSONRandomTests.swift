// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON
import TestSupport
import Testing

/// Seeded random documents: a failure names the seed's document and can be repeated.
@Suite struct JSONRandomTests {
    @Test func `ten thousand documents survive the round trip`() throws {
        var generator = SeededGenerator(seed: 100)
        for _ in 0..<10_000 {
            let value = randomValue(depth: 4, using: &generator)
            let document = value.encoded()
            #expect(try JSONValue(parsing: document) == value)
            #expect(try JSONValue(parsing: document).encoded() == document)
            #expect(skips(document))
            var writer = JSONWriter(indent: 2)
            writer.value(value)
            #expect(try JSONValue(parsing: writer.take()) == value)
        }
    }

    @Test func `Foundation reads what we write as the same values`() throws {
        var generator = SeededGenerator(seed: 101)
        for _ in 0..<2000 {
            let value = randomValue(depth: 4, using: &generator)
            let data = Data(value.encoded())
            let object = try JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed)
            let isSame = matches(value, object)
            #expect(isSame, "\(String(decoding: data, as: UTF8.self))")
        }
    }

    @Test func `we read what Foundation writes as the same values`() throws {
        var generator = SeededGenerator(seed: 102)
        for round in 0..<2000 {
            let value = JSONValue.array([randomValue(depth: 4, using: &generator)])
            let object = try JSONSerialization.jsonObject(with: Data(value.encoded()))
            let options: JSONSerialization.WritingOptions =
                round.isMultiple(of: 2) ? [] : .prettyPrinted
            let data = try JSONSerialization.data(withJSONObject: object, options: options)
            let isSame = matches(try JSONValue(parsing: Array(data)), object)
            #expect(isSame, "\(String(decoding: data, as: UTF8.self))")
        }
    }

    @Test func `Foundation decodes the same doubles and strings`() throws {
        var generator = SeededGenerator(seed: 104)
        for _ in 0..<500 {
            let numbers = (0..<20).map { _ in randomFraction(using: &generator) }
            let texts = (0..<20).map { _ in randomText(using: &generator) }
            let document = JSONValue.array(numbers.map { .number($0) }).encoded()
            let doubles = try JSONDecoder().decode([Double].self, from: Data(document))
            #expect(doubles.map(\.bitPattern) == numbers.compactMap { $0.double?.bitPattern })
            let strings = JSONValue.array(texts.map { .string($0) }).encoded()
            let decoded = try JSONDecoder().decode([String].self, from: Data(strings))
            #expect(decoded.map { Array($0.utf8) } == texts.map { Array($0.utf8) })
        }
    }

    @Test func `every prefix of a document is refused`() throws {
        let text = #"""
            {"a":[1,-2.5e+3,true,false,null,"é\u00e9\ud83d\ude00\n"],"b":{"c":{},"d":[]},"é":"x" }
            """#
        let document = Array(text.utf8)
        _ = try JSONValue(parsing: document)
        for count in document.indices {
            let prefix = Array(document[..<count])
            #expect(throws: JSONError.self) { try JSONValue(parsing: prefix) }
            #expect(!skips(prefix))
        }
    }

    @Test func `skipping and reading accept the same mutated documents`() {
        var generator = SeededGenerator(seed: 103)
        var accepted = 0
        for _ in 0..<20_000 {
            var document = randomValue(depth: 3, using: &generator).encoded()
            for _ in 0..<Int.random(in: 1...2, using: &generator) {
                mutate(&document, using: &generator)
            }
            let isSkipped = skips(document)
            let isForeign = foundationAccepts(document)
            do {
                let value = try JSONValue(parsing: document)
                accepted += 1
                #expect(isSkipped, "\(hex(document))")
                #expect(isForeign || !fitsDoubles(value), "\(hex(document))")
                #expect(try JSONValue(parsing: value.encoded()) == value)
            } catch {
                #expect(!isSkipped, "\(hex(document))")
                #expect(!isForeign || isForgiven(error, document), "\(hex(document)) \(error)")
            }
        }
        #expect((1000...19_000).contains(accepted))
    }

    /// Foundation refuses a document that has a number beyond every double; we keep its text.
    private func fitsDoubles(_ value: JSONValue) -> Bool {
        switch value {
        case .number(let number): number.double != nil
        case .array(let elements): elements.allSatisfy(fitsDoubles)
        case .object(let object): object.members.allSatisfy { fitsDoubles($0.value) }
        case .null, .bool, .string: true
        }
    }

    /// Foundation forgives a trailing comma and takes zeros around the first byte for UTF-16 or 32.
    private func isForgiven(_ error: JSONError, _ document: [UInt8]) -> Bool {
        switch error {
        case .unexpected(UInt8(ascii: "}"), wanted: "a key", _): true
        case .unexpected(UInt8(ascii: "]"), wanted: "a value", _): true
        default: document.prefix(4).contains(0)
        }
    }

    // MARK: Documents

    private func randomValue(depth: Int, using generator: inout SeededGenerator) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 5), using: &generator) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &generator))
        case 2: return .number(JSONNumber(Int.random(in: .min ... .max, using: &generator)))
        case 3: return .number(randomFraction(using: &generator))
        case 4: return .string(randomText(using: &generator))
        case 5, 6:
            let count = Int.random(in: 0..<5, using: &generator)
            let members = (0..<count).map { _ in
                JSONObject.Member(
                    key: randomText(using: &generator),
                    value: randomValue(depth: depth - 1, using: &generator)
                )
            }
            return .object(JSONObject(members))
        default:
            let count = Int.random(in: 0..<5, using: &generator)
            return .array((0..<count).map { _ in randomValue(depth: depth - 1, using: &generator) })
        }
    }

    private func randomFraction(using generator: inout SeededGenerator) -> JSONNumber {
        let value = Double(bitPattern: UInt64.random(in: 0...UInt64.max, using: &generator))
        return JSONNumber(value) ?? JSONNumber(0)
    }

    /// Scalars of every length in UTF-8, and many that need an escape.
    private func randomText(using generator: inout SeededGenerator) -> String {
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0..<24, using: &generator) {
            let range: ClosedRange<UInt32> =
                switch Int.random(in: 0..<8, using: &generator) {
                case 0: 0...0x1f
                case 1: 0x22...0x22
                case 2: 0x5c...0x5c
                case 3: 0x80...0x7ff
                case 4: 0x800...0xffff
                case 5: 0x1_0000...0x10_ffff
                default: 0x20...0x7e
                }
            let code = UInt32.random(in: range, using: &generator)
            text.append(Unicode.Scalar(code) ?? "x")
        }
        return String(text)
    }

    private func mutate(_ document: inout [UInt8], using generator: inout SeededGenerator) {
        let alphabet = Array(#"{}[]",:\u0d8 1-.etn/"#.utf8) + [0, 0x1f, 0x80, 0xc3, 0xed, 0xff]
        let byte = alphabet.randomElement(using: &generator) ?? 0
        let place = Int.random(in: 0...document.count, using: &generator)
        guard place < document.count else { return document.append(byte) }
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: document[place] = byte
        case 1: document.insert(byte, at: place)
        case 2: document.remove(at: place)
        default: document[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        }
    }

    // MARK: Comparison

    private func matches(_ value: JSONValue, _ object: Any) -> Bool {
        switch value {
        case .null: return object is NSNull
        case .bool(let value): return object as? Bool == value
        case .string(let text):
            return (object as? String).map { $0.utf8.elementsEqual(text.utf8) } == true
        case .number(let number):
            guard let other = object as? NSNumber else { return false }
            if let integer: Int64 = number.integer() { return integer == other.int64Value }
            // JSONSerialization goes through Decimal, which costs it the last bits.
            guard let mine = number.double else { return false }
            return abs(mine - other.doubleValue) <= abs(mine) * 1e-13
        case .array(let elements):
            guard let others = object as? [Any], others.count == elements.count else {
                return false
            }
            return zip(elements, others).allSatisfy { matches($0, $1) }
        case .object(let members):
            guard let others = object as? [String: Any] else { return false }
            let keys = Set(members.keys)
            return keys.count == others.count
                && keys.allSatisfy { key in
                    guard let mine = members[key], let other = others[key] else { return false }
                    return matches(mine, other)
                }
        }
    }
}
