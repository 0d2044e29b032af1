// SPDX-License-Identifier: Apache-2.0

import JSON
import TestSupport
import Testing

@testable import APIServer

@Suite struct JSONPathTests {
    private let object = #"""
        {"metadata":{"name":"n","annotations":{"a.b/c":"dotted"}},"spec":{"list":[1,2,3]},
         "status":{"conditions":[{"type":"Ready","status":"True"},
          {"type":"Stale","status":"False"}]}}
        """#

    @Test(
        arguments: [
            (".metadata.name", [#""n""#]), ("{.metadata.name}", [#""n""#]),
            (".metadata['name']", [#""n""#]), (#".metadata["name"]"#, [#""n""#]),
            (".metadata.['name']", [#""n""#]), (".spec.list[0]", ["1"]), (".spec.list[-1]", ["3"]),
            (".spec.list[3]", []), (".spec.list[-4]", []), (".spec.list[*]", ["1", "2", "3"]),
            (#".status.conditions[?(@.type=="Ready")].status"#, [#""True""#]),
            (#".status.conditions[?(@.type == 'Stale')].status"#, [#""False""#]),
            (#".status.conditions[?(@.type=="None")].status"#, []),
            (".status.conditions[*].type", [#""Ready""#, #""Stale""#]),
            (#".metadata.annotations.a\.b/c"#, [#""dotted""#]),
            (".metadata.annotations['a.b/c']", [#""dotted""#]), (".none.at.all", []),
            (".spec.list.name", []), (".metadata[0]", []),
            (".spec.list[9223372036854775807]", []), (".spec.list[-9223372036854775808]", []),
        ] as [(String, [String])]
    )
    func `leads there`(path: String, found: [String]) throws {
        let path = try #require(JSONPath(path))
        let values = path.values(in: try json(object))
        #expect(values == (try found.map { try json($0) }))
    }

    @Test(arguments: [
        "", "{}", ".", "..", "a", ".a.", ".a..b", ".a[", ".a[]", ".a[0", ".a[x]", ".a['b]",
        ".a[?(@.b)]", ".a[?(@.b==)]", ".a[?(@.b==c)]", ".a[?(b=='c')]", "[", "]", "{.a",
        ".a[0:2]", ".a[99999999999999999999]", ".a[']",
    ])
    func `what is no path is none`(text: String) {
        #expect(JSONPath(text) == nil)
    }

    @Test func `a deep path costs what it is long`() throws {
        let text = String(repeating: ".a[0]['b']", count: 2000)
        let path = try #require(JSONPath(text))
        #expect(path.values(in: ["a": [["b": 1]]]).isEmpty)
        #expect(JSONPath(String(repeating: ".[", count: 5000)) == nil)
    }

    @Test func `any text is a path or none`() throws {
        var random = SeededGenerator(seed: 7)
        let parts = [
            ".", "[", "]", "'", "\"", "?(@.", ")", "==", "a", "0", "-", "*", "{", "}", "\\",
        ]
        let object = try json(object)
        for _ in 0..<5000 {
            let count = Int.random(in: 0..<12, using: &random)
            let text = (0..<count).map { _ in parts.randomElement(using: &random) ?? "" }.joined()
            _ = JSONPath(text)?.values(in: object)
        }
    }
}
