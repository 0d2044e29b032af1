// SPDX-License-Identifier: Apache-2.0

import JSON
import TestSupport
import Testing

@testable import Schemas

/// Values that nobody sane would send.
@Suite struct SchemaLimitTests {
    private func value(_ text: String) throws -> JSONValue {
        try JSONValue(parsing: Array(text.utf8))
    }

    private func schema(_ text: String) throws -> Schema {
        try Schema(JSONNode(value(text)))
    }

    @Test(arguments: [
        (#"^\d+$"#, "123", true), (#"^\d+$"#, "١٢٣", false), (#"^\w+$"#, "aé", false),
        (#"^\s$"#, "\u{2003}", false), (#"^.$"#, "e\u{301}", false), (#"^..$"#, "e\u{301}", true),
        (#"^.$"#, "👩🏽", false), (#"^é$"#, "e\u{301}", false), (#"^\p{L}$"#, "é", true),
        (#"^[a-z]$"#, "ä", false), (#"^a$"#, "a\n", false), (#"^(a|b)*c$"#, "ababc", true),
        ("", "", true), ("^$", "", true), ("^$", "a", false),
    ])
    func `a pattern sees Unicode as RE2 does`(pattern: String, text: String, fits: Bool) throws {
        var schema = try schema(#"{"type":"string"}"#)
        schema.pattern = pattern
        #expect(schema.findings(in: .string(text)).isEmpty == fits)
    }

    @Test(arguments: [
        ("date-time", "٢٠٢٦-٠١-٠١T٠٠:٠٠:٠٠Z"), ("date-time", "2026-13-01T00:00:00Z"),
        ("date-time", "2026-01-01T24:00:00Z"), ("date-time", ""), ("date", "2026-00-01"),
        ("uuid", "g0000000-0000-0000-0000-000000000000"), ("mac", "00:00:00:00:00"),
    ])
    func `a format is of ASCII`(format: String, text: String) throws {
        let schema = try schema(#"{"type":"string","format":"\#(format)"}"#)
        #expect(schema.findings(in: .string(text)).map(\.reason) == [.wrongType])
    }

    @Test(arguments: [
        ("integer", "9007199254740993", true), ("integer", "9223372036854775807", true),
        ("integer", "-9223372036854775808", true), ("integer", "18446744073709551616", true),
        ("integer", "1e15", true), ("integer", "1e-1", false), ("integer", "0.5", false),
        ("integer", "-0", true), ("integer", "9007199254740992.5", true),
        ("number", "1e308", true), ("number", "1e-999", true), ("string", "1", false),
    ])
    func `numbers of any size`(type: String, text: String, fits: Bool) throws {
        let schema = try schema(#"{"type":"\#(type)","minimum":-1e19,"maximum":1e308}"#)
        #expect(schema.findings(in: try value(text)).isEmpty == fits)
    }

    @Test func `a schema is at most so deep, and what it describes any`() throws {
        func nested(_ depth: Int) -> JSONValue {
            (0..<depth).reduce(["type": "string"]) { inner, _ in
                ["type": "array", "items": inner]
            }
        }
        _ = try Schema(JSONNode(nested(63)))
        #expect(throws: JSONShapeError.self) { try Schema(JSONNode(nested(64))) }
        let open = try schema(#"{"type":"object","x-kubernetes-preserve-unknown-fields":true}"#)
        let deep = (0..<500).reduce(JSONValue.object([:])) { inner, _ in ["a": inner] }
        #expect(open.pruned(deep).0 == deep && open.filled(deep) == deep)
        #expect(open.findings(in: deep).isEmpty)
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `what was filled and pruned stays as it is`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let schema = try Schema(JSONNode(Self.schema(3, &random)))
            let value = Self.value(4, &random)
            let once = schema.filled(schema.pruned(value).0)
            let (twice, dropped) = schema.pruned(once)
            #expect(dropped.isEmpty, "nothing unknown comes from defaults")
            #expect(twice == once)
            #expect(schema.filled(twice) == once)
            _ = schema.findings(in: value)
        }
    }

    private static let names = ["a", "b", "c"]

    /// A schema whose defaults fit it.
    private static func schema(_ depth: Int, _ random: inout SeededGenerator) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 6 : 3), using: &random) {
        case 0: return ["type": "string", "default": "d", "nullable": true]
        case 1: return ["type": "integer", "default": 3, "minimum": 2]
        case 2: return ["x-kubernetes-int-or-string": true]
        case 3: return ["type": "array", "items": schema(depth - 1, &random)]
        case 4:
            return ["type": "object", "additionalProperties": schema(depth - 1, &random)]
        default:
            var properties = JSONObject()
            for name in names where Bool.random(using: &random) {
                properties[name] = schema(depth - 1, &random)
            }
            var made: JSONValue = ["type": "object", "required": ["a"]]
            made["properties"] = .object(properties)
            if Bool.random(using: &random) { made["default"] = [:] }
            return made
        }
    }

    private static func value(_ depth: Int, _ random: inout SeededGenerator) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 4), using: &random) {
        case 0: return .null
        case 1: return .number(JSONNumber(Int.random(in: .min ... .max, using: &random)))
        case 2: return "text"
        case 3: return true
        case 4:
            let count = Int.random(in: 0..<3, using: &random)
            return .array((0..<count).map { _ in value(depth - 1, &random) })
        default:
            var object = JSONObject()
            for name in names + ["z"] where Bool.random(using: &random) {
                object[name] = value(depth - 1, &random)
            }
            return .object(object)
        }
    }
}
