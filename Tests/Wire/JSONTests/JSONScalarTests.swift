// SPDX-License-Identifier: Apache-2.0

import JSON
import TestSupport
import Testing

@Suite struct JSONScalarTests {
    // MARK: Integers

    @Test func `integers reach both ends of their type`() throws {
        #expect(try integer("-128", Int8.self) == .min)
        #expect(try integer("127", Int8.self) == .max)
        #expect(try integer("255", UInt8.self) == .max)
        #expect(try integer("-9223372036854775808", Int64.self) == .min)
        #expect(try integer("9223372036854775807", Int64.self) == .max)
        #expect(try integer("18446744073709551615", UInt64.self) == .max)
        #expect(try integer("-0", UInt64.self) == 0)
        #expect(try integer("-18446744073709551615", Int128.self) == -18_446_744_073_709_551_615)
    }

    @Test func `an integer beyond its type is out of range`() {
        expectOutOfRange("-129", Int8.self, "Int8")
        expectOutOfRange("128", Int8.self, "Int8")
        expectOutOfRange("256", UInt8.self, "UInt8")
        expectOutOfRange("-1", UInt8.self, "UInt8")
        expectOutOfRange("-1", UInt64.self, "UInt64")
        expectOutOfRange("-9223372036854775809", Int64.self, "Int64")
        expectOutOfRange("9223372036854775808", Int64.self, "Int64")
        expectOutOfRange("18446744073709551616", UInt64.self, "64 bits")
        expectOutOfRange("99999999999999999999999", Int128.self, "64 bits")
    }

    @Test(arguments: ["1.0", "1e3", "0.5", "1E0", "-0.0", "10e-1"])
    func `fraction and exponent are no integer, even if the value is`(text: String) {
        #expect(throws: JSONError.mismatch(found: .number, wanted: "an integer", at: 0)) {
            try integer(text, Int.self)
        }
    }

    // MARK: Doubles

    @Test(arguments: [
        ("0", 0), ("-0.0", -0.0), ("0.1", 0.1), ("1e308", 1e308),
        ("1.7976931348623157e308", 0x1.fffffffffffffp1023),
        ("5e-324", .leastNonzeroMagnitude), ("1e-400", 0),
        ("123456789012345678901234567890", 123456789012345678901234567890.0),
        ("2.2250738585072011e-308", Double.leastNormalMagnitude.nextDown),
        ("9007199254740993", 9007199254740992),
    ])
    func `a double is the nearest one`(text: String, value: Double) throws {
        let document = Array(text.utf8)
        var reader = JSONReader(document.span)
        #expect(try reader.double().bitPattern == value.bitPattern)
    }

    @Test(arguments: ["1e309", "-1e400", "1e99999999999999999999"])
    func `a double that overflows is out of range`(text: String) {
        let document = Array(text.utf8)
        #expect(throws: JSONError.outOfRange(wanted: "Double", at: 0)) {
            var reader = JSONReader(document.span)
            _ = try reader.double()
        }
    }

    @Test func `numbers keep their text`() throws {
        for text in ["1.0", "1.00", "-0", "1E+2", "123456789012345678901234567890.10"] {
            let document = Array(text.utf8)
            var reader = JSONReader(document.span)
            #expect(try reader.number().text == text)
            #expect(JSONNumber(text)?.text == text)
        }
        #expect(JSONNumber("1")?.integer() == 1)
        #expect(JSONNumber("1.0")?.integer(Int.self) == nil)
        #expect(JSONNumber("300")?.integer(UInt8.self) == nil)
        #expect(JSONNumber("1.5")?.double == 1.5)
        #expect(JSONNumber("1e999")?.double == nil)
        #expect(JSONNumber(Double.infinity) == nil)
        #expect(JSONNumber(1e20)?.text == "1e+20")
        for text in ["", " 1", "1 ", "01", "+1", "1.", "nan", "0x1", "1,", "\u{661}"] {
            #expect(JSONNumber(text) == nil)
        }
    }

    // MARK: Strings

    @Test(arguments: [
        (#""""#, ""), (#""plain""#, "plain"), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"),
        (#""\u0000\u001f\u007f""#, "\0\u{1f}\u{7f}"), (#""\u00e9\u00E9""#, "éé"),
        (#""\ud83d\ude00""#, "😀"),
        (#""\uD800\uDC00\uDBFF\uDFFF""#, "\u{10000}\u{10ffff}"),
        (#""\ud7ff\ue000""#, "\u{d7ff}\u{e000}"),
        (#""a\nb""#, "a\nb"), (#""é\n€\t😀""#, "é\n€\t😀"),
        (#""sixteen bytes and more, heap""#, "sixteen bytes and more, heap"),
        (#""e\u0301""#, "e\u{301}"), (#""\\u0041""#, #"\u0041"#),
    ])
    func `escapes and text become scalars`(text: String, value: String) throws {
        let document = Array(text.utf8)
        var reader = JSONReader(document.span)
        #expect(Array(try reader.string().unicodeScalars) == Array(value.unicodeScalars))
        try reader.end()
        let key = Array("{\(text):1}".utf8)
        var members = JSONReader(key.span)
        try members.beginObject()
        #expect(try members.nextKey() == value)
    }

    @Test func `every scalar can be escaped and read back`() throws {
        for code in stride(from: UInt32(0), through: 0x10ffff, by: 37) {
            guard let scalar = Unicode.Scalar(code) else { continue }
            let text = String(scalar)
            let escapes = text.utf16.map { #"\u"# + hex([UInt8($0 >> 8), UInt8($0 & 255)]) }
                .joined()
            let document = Array("\"\(escapes)\"".utf8)
            #expect(try JSONValue(parsing: document).string == text)
        }
    }

    @Test func `every two-character escape is one of the eight`() {
        for byte in UInt8.min...UInt8.max where byte != UInt8(ascii: "u") {
            let document = Array("\"\\".utf8) + [byte] + Array("\"".utf8)
            let isAllowed = Array(#""\/bfnrt"#.utf8).contains(byte)
            #expect(skips(document) == isAllowed)
            #expect(((try? JSONValue(parsing: document)) != nil) == isAllowed)
        }
    }

    /// The scan takes eight bytes at a step: every byte must be seen at every place of a step.
    @Test(arguments: 0..<17)
    func `every byte is judged the same wherever it stands`(place: Int) {
        for byte in UInt8.min...UInt8.max {
            var content = [UInt8](repeating: UInt8(ascii: "a"), count: 17)
            content[place] = byte
            let document = Array("\"".utf8) + content + Array("\"".utf8)
            let expected: JSONError? =
                switch byte {
                case 0..<0x20: .controlCharacter(byte, at: place + 1)
                case 0x22:
                    .unexpected(found: place < 16 ? 0x61 : 0x22, wanted: "the end", at: place + 2)
                case 0x5c where place < 16: .invalidEscape(at: place + 1)
                case 0x5c: .unexpected(found: nil, wanted: "'\"'", at: 19)
                case 0x80...: .invalidUTF8(at: place + 1)
                default: nil
                }
            var found: JSONError?
            do {
                let text = try JSONValue(parsing: document).string
                #expect(text.map { Array($0.utf8) } == content)
            } catch {
                found = error
            }
            #expect(found == expected)
        }
    }

    private func integer<T: FixedWidthInteger>(_ text: String, _ type: T.Type) throws -> T {
        let document = Array(text.utf8)
        var reader = JSONReader(document.span)
        let value = try reader.integer(type)
        try reader.end()
        return value
    }

    private func expectOutOfRange<T: FixedWidthInteger>(
        _ text: String,
        _ type: T.Type,
        _ wanted: String
    ) {
        #expect(throws: JSONError.outOfRange(wanted: wanted, at: 0), "\(text)") {
            try integer(text, type)
        }
    }
}
