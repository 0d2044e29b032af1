// SPDX-License-Identifier: Apache-2.0

import JSON
import TestSupport
import Testing

@Suite struct JSONValueTests {
    private let pod: JSONValue = [
        "kind": "Pod", "ready": true, "count": 3, "list": ["a", 1, false],
        "nested": ["x": ["y": -1]],
    ]

    @Test func `literals build the tree in order`() {
        let text =
            #"{"kind":"Pod","ready":true,"count":3,"list":["a",1,false],"nested":{"x":{"y":-1}}}"#
        #expect(String(decoding: pod.encoded(), as: UTF8.self) == text)
    }

    @Test func `accessors answer for their own kind only`() {
        #expect(pod["kind"]?.string == "Pod")
        #expect(pod["ready"]?.bool == true)
        #expect(pod["count"]?.integer == 3)
        #expect(pod["count"]?.double == 3)
        #expect(pod["list"]?[1]?.integer == 1)
        #expect(pod["list"]?[3] == nil)
        #expect(pod["list"]?[-1] == nil)
        #expect(pod["nested"]?["x"]?["y"]?.integer == -1)
        #expect(pod["missing"] == nil)
        #expect(pod["kind"]?["x"] == nil)
        #expect(pod["kind"]?.integer == nil)
        #expect(pod["kind"]?.array == nil)
        #expect(pod.string == nil)
        #expect(pod.members?.keys == ["kind", "ready", "count", "list", "nested"])
        #expect(JSONValue.null.isNull)
        #expect(JSONValue.null.kind == .null)
        #expect(pod.kind == .object)
    }

    @Test func `members are set in place, appended and removed`() {
        var value = pod
        value["ready"] = false
        value["count"] = nil
        value["list"] = nil
        value["nested"] = nil
        value["new"] = .null
        value["absent"] = nil
        #expect(
            String(decoding: value.encoded(), as: UTF8.self)
                == #"{"kind":"Pod","ready":false,"new":null}"#
        )
        value["kind"]?["deep"] = 1
        #expect(value["kind"]?["deep"] == 1)
        var text: JSONValue = "text"
        text["a"] = nil
        #expect(text == "text")
    }

    @Test func `of duplicate keys the last is seen and all are kept`() throws {
        let document = Array(#"{"a":1,"b":2,"a":3}"#.utf8)
        var value = try JSONValue(parsing: document)
        #expect(value["a"]?.integer == 3)
        #expect(value.encoded() == document)
        value["a"] = 4
        #expect(String(decoding: value.encoded(), as: UTF8.self) == #"{"a":1,"b":2,"a":4}"#)
        value["a"] = nil
        #expect(String(decoding: value.encoded(), as: UTF8.self) == #"{"b":2}"#)
    }

    @Test(arguments: [
        (#"{"a":1,"b":2}"#, #"{"b":2,"a":1}"#, true), (#"{"a":0,"a":1}"#, #"{"a":1}"#, true),
        (#"{"a":1}"#, #"{"a":2}"#, false), (#"{"a":1}"#, #"{"a":1,"b":null}"#, false),
        ("[1,2]", "[2,1]", false),
        ("1", "1.0", false), (#"["\u0041"]"#, #"[ "A" ]"#, true), ("{}", "[]", false),
        ("null", "false", false),
    ])
    func `equality ignores spelling and order of members`(
        left: String,
        right: String,
        isEqual: Bool
    ) throws {
        let left = try JSONValue(parsing: Array(left.utf8))
        let right = try JSONValue(parsing: Array(right.utf8))
        #expect((left == right) == isEqual)
        #expect((Set([left, right]).count == 1) == isEqual)
    }

    @Test func `numbers beyond every type survive`() throws {
        let document = Array("[123456789012345678901234567890,1.000,-0,1E400]".utf8)
        #expect(try JSONValue(parsing: document).encoded() == document)
    }
}
