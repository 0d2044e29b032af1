// SPDX-License-Identifier: Apache-2.0

import Resources
import Testing

@testable import Kubernetes

@Suite struct ListScopeTests {
    private let requirements: [(LabelRequirement, String)] = [
        (.isIn("tier", ["a", "b"]), "tier in (a,b)"), (.isNotIn("tier", ["c"]), "tier notin (c)"),
        (.exists("x"), "x"), (.isAbsent("y"), "!y"),
    ]

    @Test func `selectors are written as kubectl writes them`() {
        let scope = ListScope(
            namespace: "n",
            labels: ["b": "2", "a": "1"],
            where: requirements.map(\.0),
            name: "one"
        )
        let query = scope.query
        #expect(query.map(\.0) == ["labelSelector", "fieldSelector"])
        let labels = "a=1,b=2,tier in (a,b),tier notin (c),x,!y"
        #expect(query.map(\.1) == [labels, "metadata.name=one"])
        #expect(ListScope().query.isEmpty)
    }

    @Test func `what the server would select is in the scope`() {
        let scope = ListScope(namespace: "n", labels: ["a": "1"], where: requirements.map(\.0))
        func contains(_ labels: [String: String], in namespace: String = "n") -> Bool {
            scope.contains(ObjectMeta(name: "one", namespace: namespace, labels: labels))
        }
        #expect(contains(["a": "1", "tier": "b", "x": ""]))
        #expect(!contains(["a": "1", "tier": "b", "x": ""], in: "other"))
        #expect(!contains(["a": "2", "tier": "b", "x": ""]))
        #expect(!contains(["a": "1", "tier": "c", "x": ""]))
        #expect(!contains(["a": "1", "x": ""]), "`in` wants the label")
        #expect(!contains(["a": "1", "tier": "b"]))
        #expect(!contains(["a": "1", "tier": "b", "x": "", "y": ""]))
        #expect(ListScope(where: [.isNotIn("t", ["a"])]).contains(ObjectMeta(name: "x")))
        #expect(!ListScope(name: "one").contains(ObjectMeta(name: "two")))
    }
}
