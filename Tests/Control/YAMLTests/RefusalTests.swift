// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing
import YAML

@Suite struct RefusalTests {
    private func complaint(_ text: String, _ limits: YAMLLimits = .standard) throws -> String {
        let bytes = Array(text.utf8)
        let error = try #require(throws: YAMLError.self, "\(text.prefix(80))") {
            try JSONValue(yaml: bytes, limits: limits)
        }
        return error.description
    }

    @Test(arguments: [
        ("a: &x 1\n", "1:4: the anchor &x is not supported"),
        ("a: *x\n", "1:4: the alias *x is not supported"),
        ("*x : 1\n", "1:1: the alias *x is not supported"),
        ("- &x [1]\n", "1:3: the anchor &x is not supported"),
        ("&x {a: b}\n", "1:1: the anchor &x is not supported"),
        ("&x a: b\n", "1:1: the anchor &x is not supported"),
        ("a: !!str 1\n", "1:4: the tag tag:yaml.org,2002:str is not supported"),
        ("a: !!binary aGk=\n", "1:4: the tag tag:yaml.org,2002:binary is not supported"),
        ("!x [1]\n", "1:1: the tag !x is not supported"),
        ("!!map {a: b}\n", "1:1: the tag tag:yaml.org,2002:map is not supported"),
        ("a: ! b\n", "1:4: the tag ! is not supported"),
        ("a: 1\n<<: {b: 2}\n", "2:1: the merge key << is not supported"),
        ("a: 1\nb: 2\na: 3\n", #"3:1: the key "a" occurs twice"#),
        ("{a: 1, \"a\": 2}", #"1:8: the key "a" occurs twice"#),
        ("x: {é: 1, e\u{301}: 2}", "1:11: the key \"e\u{301}\" occurs twice"),
        ("1: a\n", "1:1: a key must be text, not 1"),
        ("a: {true: b}\n", "1:5: a key must be text, not true"),
        ("~: a\n", "1:1: a key must be text, not ~"),
        ("?\n: a\n", "1:2: a key must be text, not nothing"),
        ("? [a]\n: b\n", "1:3: a key must be text, not a list"),
        ("{{a: b}: c}\n", "1:2: a key must be text, not a mapping"),
        ("a: 0755\n", "1:4: 0755 is not the same number to everybody"),
        ("a: -010\n", "1:4: -010 is not the same number to everybody"),
        ("a: 00.5\n", "1:4: 00.5 is not the same number to everybody"),
        ("007: a\n", "1:1: 007 is not the same number to everybody"),
        ("a: .inf\n", "1:4: .inf is not a possible number"),
        ("a: -.INF\n", "1:4: -.INF is not a possible number"),
        ("a: .NaN\n", "1:4: .NaN is not a possible number"),
        ("a: 0x10000000000000000\n", "1:4: 0x10000000000000000 is not a possible number"),
        (#"a: "\ud83d\ude00""#, "1:7: while parsing a quoted scalar: found invalid Unicode"),
        ("", "there is no document"),
        ("# nothing\n\n", "there is no document"),
        ("a: b\n---\nc: d\n", "2:1: a second document"),
        ("--- a\n--- b\n", "2:1: a second document"),
        ("---\n---\n", "2:1: a second document"),
    ])
    func `says what and where`(text: String, start: String) throws {
        let complaint = try complaint(text)
        #expect(complaint.hasPrefix(start), "\(complaint)")
    }

    @Test func `what is quoted is text, whatever it looks like`() throws {
        let text = #"{"<<": 1, "1": '0755', 'true': ".inf", "~": '*x'}"#
        let expected: JSONValue = ["<<": 1, "1": "0755", "true": ".inf", "~": "*x"]
        #expect(try JSONValue(yaml: Array(text.utf8)) == expected)
    }

    /// The bomb of nine levels, each nine times the one before.
    @Test func `a billion laughs are none`() throws {
        var text = "a0: &a0 lol\n"
        for level in 1...9 {
            let names = repeatElement("*a\(level - 1)", count: 9).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(names)]\n"
        }
        #expect(try complaint(text) == "1:5: the anchor &a0 is not supported")
    }

    @Test(arguments: ["[", "{a: ", "- ", "[{a: "])
    func `depth has an end`(opening: String) throws {
        let text = String(repeating: opening, count: 100_000)
        let complaint = try complaint(text)
        #expect(
            complaint.hasSuffix("nested deeper than 64 levels"),
            "\(complaint)"
        )
    }

    @Test func `the limits are exact`() throws {
        func nested(_ depth: Int) -> [UInt8] {
            Array(
                (String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8
            )
        }
        let limits = YAMLLimits(depth: 3, bytes: 6)
        #expect(try JSONValue(yaml: nested(3), limits: limits) == [[[]]])
        let tooLong = #expect(throws: YAMLError.self) {
            try JSONValue(yaml: nested(4), limits: limits)
        }
        #expect(tooLong == .tooLong(count: 8, limit: 6))
        let tooDeep = #expect(throws: YAMLError.self) {
            try JSONValue(yaml: nested(4), limits: YAMLLimits(depth: 3))
        }
        #expect(tooDeep == .tooDeep(limit: 3, at: YAMLPosition(line: 1, column: 4)))
        _ = try JSONValue(yaml: nested(128), limits: YAMLLimits(depth: 128))
        let full = Array(("a: " + String(repeating: "x", count: (1 << 20) - 3)).utf8)
        #expect(try JSONValue(yaml: full)["a"]?.string?.utf8.count == (1 << 20) - 3)
        #expect(throws: YAMLError.tooLong(count: (1 << 20) + 1, limit: 1 << 20)) {
            try JSONValue(yaml: full + [120])
        }
    }
}
