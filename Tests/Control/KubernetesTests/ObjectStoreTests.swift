// SPDX-License-Identifier: Apache-2.0

import JSON
import Resources
import Testing

@testable import Kubernetes

/// A store that an expectation can change.
private final class Shelf {
    private var store = ObjectStore<Lease>()

    var isSynced: Bool { store.isSynced }
    var version: String { store.version }
    var objects: [ObjectKey: Lease] { store.objects }
    var unreadable: Set<ObjectKey> { store.unreadable }

    func replace(with listing: Listing<Lease>) -> Set<ObjectKey> { store.replace(with: listing) }
    func apply(_ event: WatchEvent<Lease>) -> ObjectKey? { store.apply(event) }
    func absorb(_ lease: Lease) -> Bool { store.absorb(lease) }
}

@Suite struct ObjectStoreTests {
    private func lease(_ name: String, _ version: String) -> Lease {
        var metadata = ObjectMeta(name: name, namespace: "ns")
        metadata.resourceVersion = version
        return Lease(metadata: metadata, spec: Lease.Spec(holderIdentity: "v\(version)"))
    }

    private func listing(_ version: String, _ leases: Lease...) throws -> Listing<Lease> {
        var listing = Listing<Lease>()
        listing.add([
            "metadata": ["resourceVersion": .string(version)],
            "items": .array(leases.map(\.json)),
        ])
        return listing
    }

    private func key(_ name: String) -> ObjectKey { ObjectKey(namespace: "ns", name: name) }

    @Test func `a list replaces everything and names what is new, changed or gone`() throws {
        let store = Shelf()
        #expect(!store.isSynced)
        let first = try listing("10", lease("a", "5"), lease("b", "6"))
        #expect(store.replace(with: first) == [key("a"), key("b")])
        #expect(store.isSynced)
        let second = try listing("20", lease("a", "5"), lease("c", "15"))
        #expect(store.replace(with: second) == [key("b"), key("c")])
        #expect(store.version == "20")
        #expect(store.replace(with: second) == [])
    }

    @Test func `events change it and move the version`() throws {
        let store = Shelf()
        _ = try store.replace(with: listing("10", lease("a", "5")))
        #expect(store.apply(.changed(lease("a", "11"))) == key("a"))
        #expect(store.apply(.changed(lease("b", "12"))) == key("b"))
        #expect(store.apply(.deleted(lease("a", "13"))) == key("a"))
        #expect(store.apply(.deleted(lease("a", "13"))) == nil, "told twice")
        #expect(store.apply(.bookmark(version: "99")) == nil)
        #expect(store.apply(.unreadable("what", nil, version: "100")) == nil)
        #expect(store.version == "100")
        #expect(Set(store.objects.keys) == [key("b")])
    }

    @Test func `our own write is seen at once, and its event is no news`() throws {
        let store = Shelf()
        _ = try store.replace(with: listing("10", lease("a", "5")))
        #expect(store.absorb(lease("a", "11")))
        #expect(!store.absorb(lease("a", "11")))
        #expect(store.apply(.changed(lease("a", "11"))) == nil)
        #expect(store.objects[key("a")]?.spec.holderIdentity == "v11")
    }

    @Test func `a late answer does not bring back what is gone`() throws {
        let store = Shelf()
        _ = try store.replace(with: listing("10", lease("a", "5")))
        _ = store.apply(.deleted(lease("a", "12")))
        #expect(!store.absorb(lease("a", "11")))
        #expect(store.objects.isEmpty)
    }

    @Test func `an old event does not undo our own write`() throws {
        let store = Shelf()
        _ = try store.replace(with: listing("10", lease("a", "5")))
        #expect(store.absorb(lease("a", "12")))
        #expect(store.apply(.changed(lease("a", "11"))) == nil)
        #expect(store.objects[key("a")]?.metadata.resourceVersion == "12")
    }

    @Test func `a list from before our own write does not undo it`() throws {
        let store = Shelf()
        _ = try store.replace(with: listing("10", lease("a", "5")))
        #expect(store.absorb(lease("b", "12")))
        #expect(try store.replace(with: listing("11", lease("a", "5"))) == [])
        #expect(store.objects[key("b")] != nil)
        #expect(try store.replace(with: listing("13", lease("a", "5"))) == [key("b")])
    }

    @Test func `what cannot be read is not gone`() throws {
        let store = Shelf()
        #expect(store.replace(with: try listing("10", lease("a", "5"))) == [key("a")])
        var strange = lease("a", "12").json
        strange["spec"] = ["leaseDurationSeconds": "soon"]
        var listing = Listing<Lease>()
        listing.add(["metadata": ["resourceVersion": "12"], "items": [strange]])
        #expect(store.replace(with: listing) == [])
        #expect(store.objects[key("a")]?.metadata.resourceVersion == "5")
        #expect(store.unreadable == [key("a")])
        #expect(store.apply(.changed(lease("a", "13"))) == key("a"))
        #expect(store.unreadable == [])
        #expect(store.apply(.unreadable("why", key("a"), version: "14")) == nil)
        #expect(store.unreadable == [key("a")] && store.objects[key("a")] != nil)
        #expect(store.apply(.deleted(lease("a", "15"))) == key("a"))
        #expect(store.unreadable == [] && store.objects.isEmpty)
    }

    @Test func `the end of a predecessor is not that of its successor`() throws {
        let store = Shelf()
        #expect(store.replace(with: try listing("10", lease("a", "5"))) == [key("a")])
        #expect(store.absorb(lease("a", "12")))
        #expect(store.apply(.deleted(lease("a", "11"))) == nil)
        #expect(store.objects[key("a")]?.metadata.resourceVersion == "12")
    }

    @Test func `nothing is absorbed before the first list`() {
        let store = Shelf()
        #expect(!store.absorb(lease("a", "5")))
    }

    @Test(arguments: [
        ("10", "9", true), ("9", "10", false), ("10", "10", false),
        ("100000000000000000000000000", "99999999999999999999999999", true),
        ("abc", "10", true), ("abc", "abc", false),
    ])
    func `versions are numbers of any length`(left: String, right: String, isNewer: Bool) {
        #expect(ResourceVersion.isNewer(left, than: right) == isNewer)
    }
}
