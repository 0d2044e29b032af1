// SPDX-License-Identifier: Apache-2.0

import JSON
import TestSupport
import Testing

@Suite struct JSONErrorTests {
    /// Every refusal says where it looked and what it wanted instead.
    @Test(arguments: [
        ("", JSONError.unexpected(found: nil, wanted: "a value", at: 0)),
        ("[1, x]", .unexpected(found: UInt8(ascii: "x"), wanted: "a value", at: 4)),
        ("[1 2]", .unexpected(found: UInt8(ascii: "2"), wanted: "',' or ']'", at: 3)),
        ("[1", .unexpected(found: nil, wanted: "',' or ']'", at: 2)),
        ("{1:2}", .unexpected(found: UInt8(ascii: "1"), wanted: "a key or '}'", at: 1)),
        (#"{"a":1,}"#, .unexpected(found: UInt8(ascii: "}"), wanted: "a key", at: 7)),
        (#"{"a" 1}"#, .unexpected(found: UInt8(ascii: "1"), wanted: "':'", at: 5)),
        (#"{"a":1]"#, .unexpected(found: UInt8(ascii: "]"), wanted: "',' or '}'", at: 6)),
        (
            "[01]",
            .unexpected(found: UInt8(ascii: "1"), wanted: "no digit after a leading zero", at: 2)
        ),
        ("-x", .unexpected(found: UInt8(ascii: "x"), wanted: "a digit", at: 1)),
        ("1.", .unexpected(found: nil, wanted: "a digit", at: 2)),
        ("nul!", .unexpected(found: UInt8(ascii: "!"), wanted: "'null'", at: 3)),
        ("1 2", .unexpected(found: UInt8(ascii: "2"), wanted: "the end", at: 2)),
        (#"["ab"#, .unexpected(found: nil, wanted: "'\"'", at: 4)),
        (#""\u12"#, .unexpected(found: nil, wanted: "an escape", at: 5)),
        (#""a\x""#, .invalidEscape(at: 2)),
        (#""a\u12g4""#, .invalidEscape(at: 2)),
        (#""\ud800""#, .loneSurrogate(at: 1)),
        (#""a\udc00""#, .loneSurrogate(at: 2)),
        ("\"a\u{1}\"", .controlCharacter(1, at: 2)),
    ])
    func `names the byte and the wish`(text: String, error: JSONError) {
        let document = Array(text.utf8)
        #expect(throws: error) { try JSONValue(parsing: document) }
        #expect(throws: error) { try skip(document) }
    }

    @Test func `names the first broken byte of a string`() {
        let document = hex("5b 22 41 c3a9 ff 42 22 5d")
        #expect(throws: JSONError.invalidUTF8(at: 5)) { try JSONValue(parsing: document) }
        #expect(throws: JSONError.invalidUTF8(at: 5)) { try skip(document) }
    }

    @Test func `reads as one clause`() {
        let errors: [(JSONError, String)] = [
            (
                .unexpected(found: 0x78, wanted: "a value", at: 4),
                "JSON byte 4: a value wanted, found 'x'"
            ),
            (.unexpected(found: 0x0a, wanted: "':'", at: 4), "JSON byte 4: ':' wanted, found 0x0a"),
            (
                .unexpected(found: nil, wanted: "a key", at: 9),
                "JSON byte 9: a key wanted, found the end"
            ),
            (
                .mismatch(found: .object, wanted: "a string", at: 2),
                "JSON byte 2: a string wanted, found an object"
            ),
            (.outOfRange(wanted: "UInt8", at: 2), "JSON byte 2: number does not fit UInt8"),
            (.tooLong(count: 10, limit: 5), "JSON document of 10 bytes is longer than 5"),
        ]
        for (error, text) in errors {
            #expect(error.description == text)
        }
    }

    // MARK: Limits

    @Test(arguments: [1, 2, 64, 128])
    func `depth is counted in open containers`(depth: Int) throws {
        let limits = JSONLimits(depth: depth)
        for (open, close) in [("[", "]"), (#"{"a":"#, "}")] {
            let inner = open == "[" ? "" : "1"
            func nested(_ count: Int) -> [UInt8] {
                let text = String(repeating: open, count: count) + inner
                return Array((text + String(repeating: close, count: count)).utf8)
            }
            let fitting = nested(depth)
            _ = try JSONValue(parsing: fitting, limits: limits)
            try skip(fitting, limits: limits)
            let at = depth * open.utf8.count
            let tooDeep = nested(depth + 1)
            #expect(throws: JSONError.tooDeep(limit: depth, at: at)) {
                try JSONValue(parsing: tooDeep, limits: limits)
            }
            #expect(throws: JSONError.tooDeep(limit: depth, at: at)) {
                try skip(tooDeep, limits: limits)
            }
        }
    }

    @Test func `a million brackets are refused, not followed`() {
        let document = [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000)
        #expect(throws: JSONError.tooDeep(limit: 64, at: 64)) { try JSONValue(parsing: document) }
    }

    @Test func `containers side by side do not add up`() throws {
        let document = Array(("[" + String(repeating: "[{}],", count: 1000) + "1]").utf8)
        let limits = JSONLimits(depth: 3)
        #expect(try JSONValue(parsing: document, limits: limits).array?.count == 1001)
    }

    @Test func `a document over the limit is refused before it is read`() throws {
        let limits = JSONLimits(bytes: 5)
        let fitting = Array("[123]".utf8)
        _ = try JSONValue(parsing: fitting, limits: limits)
        let tooLong = Array("[1234]".utf8)
        let error = JSONError.tooLong(count: 6, limit: 5)
        #expect(throws: error) { try JSONValue(parsing: tooLong, limits: limits) }
        #expect(throws: error) { try skip(tooLong, limits: limits) }
        var reader = JSONReader(tooLong.span, limits: limits)
        #expect(throws: error) { try reader.peek() }
        #expect(throws: error) { try reader.beginArray() }
        #expect(throws: error) { try reader.string() }
    }

    private func skip(_ document: [UInt8], limits: JSONLimits = .standard) throws {
        var reader = JSONReader(document.span, limits: limits)
        try reader.skip()
        try reader.end()
    }
}
