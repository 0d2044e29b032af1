// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@testable import Schemas

/// The rules one by one; that they are the real server's is what the contract suite proves.
@Suite struct SchemaTests {
    private func schema(_ text: String) throws -> Schema {
        try Schema(JSONNode(JSONValue(parsing: Array(text.utf8))))
    }

    private func value(_ text: String) throws -> JSONValue {
        try JSONValue(parsing: Array(text.utf8))
    }

    @Test(
        arguments: [
            (#"{"type":"string"}"#, #""a""#, nil),
            (#"{"type":"string"}"#, "1", SchemaFinding.Reason.wrongType),
            (#"{"type":"string","nullable":true}"#, "null", nil),
            (#"{"type":"string"}"#, "null", .wrongType),
            (#"{"type":"string","minLength":2}"#, #""a""#, .invalid),
            (#"{"type":"string","maxLength":2}"#, #""äö""#, nil),
            (#"{"type":"string","maxLength":2}"#, #""abc""#, .tooLong),
            (#"{"type":"string","pattern":"^a+$"}"#, #""aaa""#, nil),
            (#"{"type":"string","pattern":"^a+$"}"#, #""aab""#, .invalid),
            (#"{"type":"string","pattern":"b"}"#, #""abc""#, nil),
            (#"{"type":"string","enum":["A","B"]}"#, #""B""#, nil),
            (#"{"type":"string","enum":["A","B"]}"#, #""C""#, .notSupported),
            (#"{"type":"string","format":"date-time"}"#, #""2026-01-01T00:00:00Z""#, nil),
            (#"{"type":"string","format":"date-time"}"#, #""yesterday""#, .wrongType),
            (#"{"type":"string","format":"unheard-of"}"#, #""x""#, nil),
            (#"{"type":"integer","minimum":1,"maximum":9}"#, "9", nil),
            (#"{"type":"integer","minimum":1,"maximum":9}"#, "0", .invalid),
            (#"{"type":"integer","maximum":9,"exclusiveMaximum":true}"#, "9", .invalid),
            (#"{"type":"integer"}"#, "1.5", .wrongType),
            (#"{"type":"integer"}"#, "2.0", nil),
            (#"{"type":"number"}"#, "1.5", nil),
            (#"{"type":"boolean"}"#, "true", nil),
            (#"{"type":"boolean"}"#, #""true""#, .wrongType),
            (#"{"x-kubernetes-int-or-string":true}"#, #""5%""#, nil),
            (#"{"x-kubernetes-int-or-string":true}"#, "5", nil),
            (#"{"x-kubernetes-int-or-string":true}"#, "true", .wrongType),
            (#"{"type":"array","items":{"type":"string"},"maxItems":1}"#, #"["a","b"]"#, .tooMany),
            (#"{"type":"array","items":{"type":"string"},"minItems":1}"#, "[]", .invalid),
            (#"{"type":"array","items":{"type":"string"}}"#, "[1]", .wrongType),
            (
                #"{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"}}"#,
                #"["a","a"]"#, .duplicate
            ),
            (#"{"type":"object","required":["a"],"properties":{}}"#, "{}", .required),
            (
                #"{"type":"object","additionalProperties":{"type":"string"}}"#, #"{"a":1}"#,
                .wrongType
            ),
            (
                #"{"type":"object","additionalProperties":{"type":"string"},"maxProperties":1}"#,
                #"{"a":"","b":""}"#, .tooMany
            ),
        ] as [(String, String, SchemaFinding.Reason?)]
    )
    func `one rule`(schema: String, value: String, reason: SchemaFinding.Reason?) throws {
        let findings = try self.schema(schema).findings(in: self.value(value), at: "spec")
        #expect(findings.map(\.reason) == (reason.map { [$0] } ?? []))
    }

    @Test func `findings name their place`() throws {
        let schema = try schema(
            """
            {"type":"object","properties":{"spec":{"type":"object","properties":{"routes":
            {"type":"array","items":{"type":"object","required":["dst"],
             "properties":{"dst":{"type":"string"},"gw":{"type":"string"}}}}}}}}
            """
        )
        let findings = schema.findings(in: try value(#"{"spec":{"routes":[{"gw":1}]}}"#))
        #expect(findings.map(\.field) == ["spec.routes[0].dst", "spec.routes[0].gw"])
        #expect(findings.last?.message.contains("must be of type string: \"integer\"") == true)
    }

    @Test func `elements of a map list differ in their keys`() throws {
        let schema = try schema(
            """
            {"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["type"],
             "items":{"type":"object","properties":{"type":{"type":"string"}}}}
            """
        )
        #expect(schema.findings(in: try value(#"[{"type":"A"},{"type":"B"}]"#)).isEmpty)
        let findings = schema.findings(in: try value(#"[{"type":"A"},{"type":"A"}]"#), at: "c")
        #expect(findings.map(\.field) == ["c[1]"])
        #expect(findings.first?.message == #"Duplicate value: {"type":"A"}"#)
    }

    @Test func `defaults fill what is absent, at every level`() throws {
        let schema = try schema(
            """
            {"type":"object","properties":{"a":{"type":"string","default":"x"},
             "b":{"type":"object","properties":{"c":{"type":"integer","default":3}}},
             "l":{"type":"array","items":{"type":"object","properties":
                {"d":{"type":"boolean","default":true}}}}}}
            """
        )
        let filled = schema.filled(try value(#"{"b":{},"l":[{},{"d":false}],"a":null}"#))
        #expect(filled == (try value(#"{"a":"x","b":{"c":3},"l":[{"d":true},{"d":false}]}"#)))
    }

    @Test func `what is unknown is dropped and told`() throws {
        let schema = try schema(
            """
            {"type":"object","properties":{"spec":{"type":"object","properties":
             {"a":{"type":"string"},"free":{"type":"object",
              "x-kubernetes-preserve-unknown-fields":true},
              "l":{"type":"array","items":{"type":"object","properties":{}}}}}}}
            """
        )
        let text =
            #"{"kind":"X","metadata":{"z":1},"spec":{"a":"","b":1,"free":{"q":1},"l":[{"m":1}]}}"#
        let (kept, dropped) = schema.pruned(try value(text), isRoot: true)
        #expect(dropped == ["spec.b", "spec.l[0].m"])
        let rest = #"{"kind":"X","metadata":{"z":1},"spec":{"a":"","free":{"q":1},"l":[{}]}}"#
        #expect(kept == (try value(rest)))
    }

    @Test(arguments: [
        #"{}"#, #"{"type":"thing"}"#, #"{"type":"array"}"#, #"{"type":"string","pattern":"("}"#,
        #"{"type":"object","oneOf":[]}"#, #"{"type":"string","$ref":"x"}"#, #"[]"#,
        #"{"type":"string","maxLength":-1}"#, #"{"type":"object","properties":[]}"#,
    ])
    func `what is no structural schema is refused`(text: String) throws {
        let node = JSONNode(try value(text))
        #expect(throws: JSONShapeError.self) { try Schema(node) }
    }
}
