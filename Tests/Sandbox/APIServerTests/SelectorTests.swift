// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@testable import APIServer

@Suite struct SelectorTests {
    private let object: JSONValue = [
        "metadata": ["name": "a", "labels": ["app": "x", "tier": "front", "empty": ""]]
    ]

    @Test(arguments: [
        ("", true), ("app=x", true), ("app==x", true), ("app=y", false), ("app!=y", true),
        ("app!=x", false), ("other!=x", true), ("app", true), ("other", false), ("!other", true),
        ("!app", false), ("app in (x,y)", true), ("app in (y)", false), ("app notin (y)", true),
        ("other notin (y)", true), ("app notin (x, y)", false), ("empty=", true),
        ("app=x,tier=front", true), ("app=x,tier=back", false), ("app in (x, y),tier", true),
    ])
    func `labels`(text: String, matches: Bool) throws {
        #expect(try LabelSelector(text).matches(object) == matches)
    }

    @Test(arguments: ["=x", "a b", "app in x", "app in (x", "a,,b", "a=b=c/d", "a within (b)"])
    func `what is no selector is a bad request`(text: String) {
        let error = #expect(throws: Refusal.self) { try LabelSelector(text) }
        #expect(error?.code == 400)
    }

    @Test(arguments: [
        ("metadata.name=a", true), ("metadata.name!=a", false), ("metadata.name==b", false),
        ("metadata.namespace=", true), ("involvedObject.name=x", false),
    ])
    func `fields`(text: String, matches: Bool) throws {
        let kind = try #require(Builtins.kinds.first { $0.plural == "events" })
        #expect(try FieldSelector(text, for: kind).matches(object) == matches)
    }
}
