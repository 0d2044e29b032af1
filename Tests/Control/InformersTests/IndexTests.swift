// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Resources
import Testing

@testable import Informers

@Suite struct IndexTests {
    private func lease(_ name: String, _ labels: [String: String]) -> Entry<Lease> {
        Entry(Lease(metadata: ObjectMeta(name: name, labels: labels), spec: Lease.Spec()))
    }

    @Test func `an object is found by each of its keys, as they are now`() {
        let index = Index<Lease, String> { Array($0.metadata.labels.values) }
        let names = { (key: String) in index[key].map(\.metadata.name).sorted() }
        let first = lease("a", ["x": "red", "y": "blue"])
        index.apply(Change(.added, first, isInitial: true))
        index.apply(Change(.added, lease("b", ["x": "red"])))
        #expect(names("red") == ["a", "b"] && names("blue") == ["a"] && names("green") == [])
        let second = lease("a", ["x": "green"])
        index.apply(Change(.changed, second, before: first))
        #expect(names("red") == ["b"] && names("blue") == [] && names("green") == ["a"])
        index.apply(Change(.deleted, second))
        #expect(names("green") == [])
    }
}
