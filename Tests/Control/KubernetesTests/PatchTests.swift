// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@testable import Kubernetes

@Suite struct PatchTests {
    private func json(_ text: String) throws -> JSONValue {
        try JSONValue(parsing: Array(text.utf8))
    }

    /// The examples of RFC 6901 § 5.
    @Test(arguments: [
        ([], ""), (["foo"], "/foo"), (["foo", "0"], "/foo/0"), ([""], "/"), (["a/b"], "/a~1b"),
        (["c%d"], "/c%d"), (["m~n"], "/m~0n"), (["~1"], "/~01"),
    ])
    func `pointers are written as in RFC 6901`(tokens: [String], text: String) {
        #expect(JSONPointer(tokens).text == text)
    }

    /// The operations of RFC 6902 § 3.
    @Test func `operations are written as in RFC 6902`() throws {
        let patch = JSONPatch([
            .test(["a", "b", "c"], "foo"), .remove(["a", "b", "c"]),
            .add(["a", "b", "c"], ["foo", "bar"]), .replace(["a", "b", "c"], 42),
            .move(from: ["a", "b", "c"], to: ["a", "b", "d"]),
            .copy(from: ["a", "b", "d"], to: ["a", "b", "e"]), .add(["x"], .null),
        ])
        let wanted = try json(
            """
            [{ "op": "test", "path": "/a/b/c", "value": "foo" },
             { "op": "remove", "path": "/a/b/c" },
             { "op": "add", "path": "/a/b/c", "value": [ "foo", "bar" ] },
             { "op": "replace", "path": "/a/b/c", "value": 42 },
             { "op": "move", "from": "/a/b/c", "path": "/a/b/d" },
             { "op": "copy", "from": "/a/b/d", "path": "/a/b/e" },
             { "op": "add", "path": "/x", "value": null }]
            """
        )
        #expect(patch.json == wanted)
    }

    /// RFC 7396 appendix A: ORIGINAL, PATCH, RESULT.
    static let merges = [
        (#"{"a":"b"}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
        (#"{"a":"b"}"#, #"{"b":"c"}"#, #"{"a":"b","b":"c"}"#),
        (#"{"a":"b"}"#, #"{"a":null}"#, #"{}"#),
        (#"{"a":"b","b":"c"}"#, #"{"a":null}"#, #"{"b":"c"}"#),
        (#"{"a":["b"]}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
        (#"{"a":"c"}"#, #"{"a":["b"]}"#, #"{"a":["b"]}"#),
        (#"{"a":{"b":"c"}}"#, #"{"a":{"b":"d","c":null}}"#, #"{"a":{"b":"d"}}"#),
        (#"{"a":[{"b":"c"}]}"#, #"{"a":[1]}"#, #"{"a":[1]}"#),
        (#"["a","b"]"#, #"["c","d"]"#, #"["c","d"]"#),
        (#"{"a":"b"}"#, #"["c"]"#, #"["c"]"#), (#"{"a":"foo"}"#, "null", "null"),
        (#"{"a":"foo"}"#, #""bar""#, #""bar""#),
        (#"{"e":null}"#, #"{"a":1}"#, #"{"e":null,"a":1}"#),
        ("[1,2]", #"{"a":"b","c":null}"#, #"{"a":"b"}"#),
        (#"{}"#, #"{"a":{"bb":{"ccc":null}}}"#, #"{"a":{"bb":{}}}"#),
    ]

    @Test(arguments: merges)
    func `merge patches do what RFC 7396 says`(
        original: String,
        patch: String,
        result: String
    ) throws {
        #expect(MergePatch.apply(try json(patch), to: try json(original)) == (try json(result)))
    }

    @Test(arguments: merges)
    func `the difference of two documents makes one into the other`(
        original: String,
        patch: String,
        result: String
    ) throws {
        let (old, new) = (try json(original), try json(result))
        if let difference = MergePatch.difference(from: old, to: new) {
            #expect(MergePatch.apply(difference, to: old) == new)
        } else {
            #expect(old == new)
        }
        #expect(MergePatch.difference(from: new, to: new) == nil)
    }

    @Test func `what a change does not know of stays`() throws {
        let known = try json(#"{"metadata":{"name":"a"},"spec":{"x":1,"y":2}}"#)
        let changed = try json(#"{"metadata":{"name":"a"},"spec":{"x":3}}"#)
        let whole = try json(
            #"{"metadata":{"name":"a","owners":["o"]},"spec":{"x":1,"y":2,"z":9}}"#
        )
        let difference = try #require(MergePatch.difference(from: known, to: changed))
        #expect(difference == (try json(#"{"spec":{"x":3,"y":null}}"#)))
        let result = try json(#"{"metadata":{"name":"a","owners":["o"]},"spec":{"x":3,"z":9}}"#)
        #expect(MergePatch.apply(difference, to: whole) == result)
    }

    @Test func `a deletion says only what was asked for`() throws {
        let plain = DeleteOptions().json(Preconditions())
        #expect(plain == ["apiVersion": "v1", "kind": "DeleteOptions"])
        let full = DeleteOptions(propagation: .foreground, gracePeriod: .seconds(3))
            .json(Preconditions(uid: "u", resourceVersion: "7"))
        #expect(
            full == [
                "apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": "Foreground",
                "gracePeriodSeconds": 3, "preconditions": ["uid": "u", "resourceVersion": "7"],
            ]
        )
    }
}
