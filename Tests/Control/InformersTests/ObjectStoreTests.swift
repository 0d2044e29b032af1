// SPDX-License-Identifier: Apache-2.0

import JSON
import Kubernetes
import Resources
import Testing

@testable import Informers

/// A store that an expectation can change; changes are told as `+a/uid`, `~a/uid`, `-a/uid`.
private final class Shelf {
    private var store = ObjectStore<Lease>()

    var isSynced: Bool { store.isSynced }
    var version: String { store.version }
    var bytes: Int { store.bytes }
    var unreadable: Set<ObjectKey> { store.unreadable }
    func hasSeen(_ version: String) -> Bool { store.hasSeen(version) }

    /// Names and versions.
    var objects: [String: String] {
        Dictionary(uniqueKeysWithValues: store.entries.map { ($0.key.name, $0.value.version) })
    }

    func list(_ version: String, _ leases: Lease..., unread: [String] = []) -> Set<String> {
        store.beginList()
        store.add(leases.map { .object($0, bytes: 100) })
        store.add(unread.map { .unreadable("why", ObjectKey(namespace: "ns", name: $0)) })
        return told(store.endList(version: version))
    }
    func apply(_ event: WatchEvent<Lease>) -> Set<String> { told(store.apply(event)) }
    func changed(_ lease: Lease) -> Set<String> { apply(.changed(Entry(lease, bytes: 100))) }
    func deleted(_ name: String, _ version: String, uid: String = "u") -> Set<String> {
        apply(.deleted(ObjectKey(namespace: "ns", name: name), uid: uid, version: version))
    }
    func absorb(_ lease: Lease, isInside: Bool = true) -> Set<String> {
        told(store.absorb(lease, isInside: isInside))
    }
    func absorbDeletion(_ name: String, uid: String = "u") -> Set<String> {
        told(store.absorbDeletion(of: ObjectKey(namespace: "ns", name: name), uid: uid))
    }

    private func told(_ changes: [Change<Lease>]) -> Set<String> {
        let signs: [Change<Lease>.Kind: String] = [.added: "+", .changed: "~", .deleted: "-"]
        return Set(changes.map { "\(signs[$0.kind] ?? "")\($0.key.name)/\($0.entry.uid)" })
    }
}

private func lease(_ name: String, _ version: String, uid: String = "u") -> Lease {
    var metadata = ObjectMeta(name: name, namespace: "ns")
    metadata.resourceVersion = version
    metadata.uid = uid
    return Lease(metadata: metadata, spec: Lease.Spec(holderIdentity: "v\(version)"))
}

@Suite struct ObjectStoreTests {
    private func key(_ name: String) -> ObjectKey { ObjectKey(namespace: "ns", name: name) }

    // MARK: - Lists

    @Test func `a list replaces everything and names what is new, changed or gone`() {
        let store = Shelf()
        #expect(!store.isSynced)
        #expect(store.list("10", lease("a", "5"), lease("b", "6")) == ["+a/u", "+b/u"])
        #expect(store.isSynced && store.bytes == 200)
        let second = store.list("20", lease("a", "5"), lease("c", "15"), lease("b", "16"))
        #expect(second == ["+c/u", "~b/u"])
        #expect(store.list("30", lease("c", "15")) == ["-a/u", "-b/u"])
        #expect(store.version == "30" && store.bytes == 100)
        #expect(store.list("30", lease("c", "15")) == [])
    }

    @Test func `only what the first list brings is initial`() {
        var store = ObjectStore<Lease>()
        store.beginList()
        store.add([.object(lease("a", "5"), bytes: 0)])
        let first = store.endList(version: "10").map(\.isInitial)
        store.beginList()
        store.add([.object(lease("b", "15"), bytes: 0)])
        let second = store.endList(version: "20").map(\.isInitial)
        #expect(first == [true] && second == [false, false])
    }

    @Test func `an object under another's name is a deletion and then an addition`() {
        var store = ObjectStore<Lease>()
        store.beginList()
        store.add([.object(lease("a", "5", uid: "one"), bytes: 0)])
        _ = store.endList(version: "10")
        store.beginList()
        store.add([.object(lease("a", "15", uid: "two"), bytes: 0)])
        let changes = store.endList(version: "20")
        #expect(changes.map(\.kind) == [.deleted, .added])
        #expect(changes.map(\.object.metadata.uid) == ["one", "two"])
    }

    @Test func `a known object is kept, not stored twice`() {
        var store = ObjectStore<Lease>()
        store.beginList()
        store.add([.object(lease("a", "5"), bytes: 0)])
        _ = store.endList(version: "10")
        let before = store.entries[key("a")]
        store.beginList()
        store.add([.object(lease("a", "5"), bytes: 0)])
        _ = store.endList(version: "20")
        #expect(store.entries[key("a")] === before)
    }

    @Test func `a list that is not complete changes nothing`() {
        var store = ObjectStore<Lease>()
        store.beginList()
        store.add([.object(lease("a", "5"), bytes: 0)])
        _ = store.endList(version: "10")
        store.beginList()
        store.add([.object(lease("b", "15"), bytes: 0)])
        #expect(store.entries.keys.map(\.name) == ["a"])
        store.beginList()
        store.add([.object(lease("a", "5"), bytes: 0)])
        let changes = store.endList(version: "20")
        #expect(changes.isEmpty && store.entries.keys.map(\.name) == ["a"])
    }

    // MARK: - Events

    @Test func `events change it and move the version, never back`() {
        let store = Shelf()
        _ = store.list("10", lease("a", "5"))
        #expect(store.changed(lease("a", "11")) == ["~a/u"])
        #expect(store.changed(lease("b", "12")) == ["+b/u"])
        #expect(store.deleted("a", "13") == ["-a/u"])
        #expect(store.deleted("a", "13") == [], "told twice")
        #expect(store.apply(.bookmark(version: "99", endsInitialEvents: false)) == [])
        #expect(store.apply(.unreadable("what", nil, version: "100")) == [])
        #expect(store.changed(lease("b", "11")) == [], "old news")
        #expect(store.version == "100" && store.hasSeen("99") && !store.hasSeen("101"))
        #expect(store.objects == ["b": "12"])
    }

    @Test func `an event of another uid ends the one before`() {
        let store = Shelf()
        _ = store.list("10", lease("a", "5", uid: "one"))
        #expect(store.changed(lease("a", "12", uid: "two")) == ["-a/one", "+a/two"])
        #expect(store.deleted("a", "11", uid: "one") == [], "the end of the predecessor, late")
        #expect(store.objects == ["a": "12"])
    }

    @Test func `what cannot be read is not gone`() {
        let store = Shelf()
        _ = store.list("10", lease("a", "5"))
        #expect(store.list("12", unread: ["a"]) == [])
        #expect(store.objects == ["a": "5"] && store.unreadable == [key("a")])
        #expect(store.changed(lease("a", "13")) == ["~a/u"])
        #expect(store.unreadable == [])
        #expect(store.apply(.unreadable("why", key("a"), version: "14")) == [])
        #expect(store.unreadable == [key("a")] && store.objects == ["a": "13"])
        #expect(store.deleted("a", "15") == ["-a/u"])
        #expect(store.unreadable == [] && store.objects.isEmpty)
    }

    // MARK: - Our own writes

    @Test func `our own write is seen at once, and its event is no news`() {
        let store = Shelf()
        _ = store.list("10", lease("a", "5"))
        #expect(store.absorb(lease("a", "11")) == ["~a/u"])
        #expect(store.absorb(lease("a", "11")) == [])
        #expect(store.changed(lease("a", "11")) == [])
        #expect(store.changed(lease("a", "12")) == ["~a/u"])
    }

    @Test func `a late answer does not bring back what is gone`() {
        let store = Shelf()
        _ = store.list("10", lease("a", "5"))
        _ = store.deleted("a", "12")
        #expect(store.absorb(lease("a", "11")) == [] && store.objects.isEmpty)
    }

    @Test func `an old event does not undo our own write`() {
        let store = Shelf()
        _ = store.list("10", lease("a", "5"))
        #expect(store.absorb(lease("a", "12")) == ["~a/u"])
        #expect(store.changed(lease("a", "11")) == [])
        #expect(store.objects == ["a": "12"])
    }

    @Test func `a list from before our own write does not undo it`() {
        let store = Shelf()
        _ = store.list("10", lease("a", "5"))
        #expect(store.absorb(lease("b", "12")) == ["+b/u"])
        #expect(store.list("11", lease("a", "5")) == [])
        #expect(store.objects == ["a": "5", "b": "12"])
        #expect(store.list("13", lease("a", "5")) == ["-b/u"])
    }

    @Test func `a write from before the first list is not lost in it`() {
        let store = Shelf()
        #expect(store.absorb(lease("a", "12")) == [])
        #expect(store.absorbDeletion("b") == [])
        #expect(store.list("11", lease("b", "5")) == ["+a/u"])
        #expect(store.deleted("b", "13") == [])
        #expect(store.objects == ["a": "12"])
    }

    @Test func `the end of a predecessor is not that of its successor`() {
        let store = Shelf()
        _ = store.list("10", lease("a", "5", uid: "one"))
        #expect(store.absorb(lease("a", "12", uid: "two")) == ["-a/one", "+a/two"])
        #expect(store.deleted("a", "11", uid: "one") == [])
        #expect(store.objects == ["a": "12"])
    }

    @Test func `our own deletion is seen at once, and nothing older brings it back`() {
        let store = Shelf()
        _ = store.list("10", lease("a", "5"))
        #expect(store.absorbDeletion("a", uid: "another") == [])
        #expect(store.absorbDeletion("a") == ["-a/u"])
        #expect(store.absorbDeletion("a") == [])
        #expect(store.changed(lease("a", "11")) == [], "from before")
        #expect(store.absorb(lease("a", "12")) == [], "a late answer")
        #expect(store.list("12", lease("a", "11")) == [], "from before as well")
        #expect(store.deleted("a", "13") == [])
        #expect(store.changed(lease("a", "14", uid: "next")) == ["+a/next"])
    }

    @Test func `a successor is not taken for the one we deleted`() {
        let store = Shelf()
        _ = store.list("10", lease("a", "5"))
        _ = store.absorbDeletion("a")
        #expect(store.list("20", lease("a", "15", uid: "next")) == ["+a/next"])
    }

    @Test func `what we moved out of the scope is gone from it`() {
        let store = Shelf()
        _ = store.list("10", lease("a", "5"))
        #expect(store.absorb(lease("a", "12"), isInside: false) == ["-a/u"])
        #expect(store.changed(lease("a", "11")) == [], "from before")
        #expect(store.deleted("a", "12") == [])
        #expect(store.changed(lease("a", "13")) == ["+a/u"], "it came back")
    }

    @Test func `a server that counts from an earlier version again is believed`() {
        let store = Shelf()
        _ = store.list("1000", lease("a", "900"))
        _ = store.absorb(lease("b", "1001"))
        #expect(store.list("50", lease("a", "40")) == ["~a/u", "-b/u"])
        #expect(store.changed(lease("a", "51")) == ["~a/u"])
        #expect(store.objects == ["a": "51"])
    }

    @Test func `a bookmark confirms what we wrote before it`() {
        let store = Shelf()
        _ = store.list("10", lease("a", "5"))
        _ = store.absorb(lease("a", "12"))
        _ = store.apply(.bookmark(version: "15", endsInitialEvents: false))
        #expect(store.list("14", lease("a", "5")) == ["~a/u"], "rewound, so it is no write of ours")
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
