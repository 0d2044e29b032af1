// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@testable import APIServer

@Suite struct MergePatchTests {
    /// Source: RFC 7386, appendix A, all of it.
    @Test(arguments: [
        (#"{"a":"b"}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
        (#"{"a":"b"}"#, #"{"b":"c"}"#, #"{"a":"b","b":"c"}"#),
        (#"{"a":"b"}"#, #"{"a":null}"#, "{}"),
        (#"{"a":"b","b":"c"}"#, #"{"a":null}"#, #"{"b":"c"}"#),
        (#"{"a":["b"]}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
        (#"{"a":"c"}"#, #"{"a":["b"]}"#, #"{"a":["b"]}"#),
        (#"{"a":{"b":"c"}}"#, #"{"a":{"b":"d","c":null}}"#, #"{"a":{"b":"d"}}"#),
        (#"{"a":[{"b":"c"}]}"#, #"{"a":[1]}"#, #"{"a":[1]}"#),
        (#"["a","b"]"#, #"["c","d"]"#, #"["c","d"]"#),
        (#"{"a":"b"}"#, #"["c"]"#, #"["c"]"#),
        (#"{"a":"foo"}"#, "null", "null"),
        (#"{"a":"foo"}"#, #""bar""#, #""bar""#),
        (#"{"e":null}"#, #"{"a":1}"#, #"{"e":null,"a":1}"#),
        ("[1,2]", #"{"a":"b","c":null}"#, #"{"a":"b"}"#),
        ("{}", #"{"a":{"bb":{"ccc":null}}}"#, #"{"a":{"bb":{}}}"#),
    ])
    func `the vectors of RFC 7386`(target: String, patch: String, result: String) throws {
        let (target, patch, result) = (try json(target), try json(patch), try json(result))
        #expect(MergePatch.apply(patch, to: target) == result)
    }

    @Test(arguments: [
        (#"{"a":{"b":"c"}}"#, true), (#"{"a":null}"#, true), ("1", true),
        (#"{"a":[]}"#, false), (#"{"a":{"b":[1]}}"#, false), (#"{"$patch":"delete"}"#, false),
        (#"{"a":{"$retainKeys":null}}"#, false), ("[]", false),
    ])
    func `a strategic patch without lists and directives is a merge patch`(
        patch: String,
        isPlain: Bool
    ) throws {
        #expect(MergePatch.isPlain(try json(patch)) == isPlain)
    }
}
