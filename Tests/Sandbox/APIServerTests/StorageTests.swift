// SPDX-License-Identifier: Apache-2.0

import JSON
import TestSupport
import Testing

@testable import APIServer

@Suite struct StorageTests {
    private let maps = Resource(group: "", plural: "configmaps")
    private let pods = Resource(group: "", plural: "pods")

    private func key(_ name: String) -> ObjectKey { ObjectKey(namespace: "n", name: name) }

    private func object(_ value: Int) -> JSONValue {
        ["metadata": ["uid": .string("u\(value)")], "value": .number(JSONNumber(value))]
    }

    @Test func `an earlier moment is what it was`() throws {
        var random = SeededGenerator(seed: 11)
        var storage = Storage()
        var snapshots: [UInt64: [String: JSONValue]] = [1: [:]]
        var model: [String: JSONValue] = [:]
        for step in 0..<(3 * Storage.history) {
            let name = "o\(Int.random(in: 0..<8, using: &random))"
            let before = storage.version
            if Int.random(in: 0..<3, using: &random) == 0 {
                let gone = storage.remove(key(name), of: maps)
                #expect((gone != nil) == (model.removeValue(forKey: name) != nil))
                #expect(storage.version == before + (gone == nil ? 0 : 1))
            } else {
                var made = object(step)
                made.metadata["uid"] = .string(name)
                model[name] = storage.put(made, at: key(name), of: maps)
                #expect(storage.version == before + 1)
                #expect(model[name]?.resourceVersion == "\(storage.version)")
            }
            snapshots[storage.version] = model
            #expect(storage.uids.count == model.count)
        }
        var (kept, forgotten) = (0, 0)
        for version in stride(from: 1, through: storage.version, by: 13) {
            do throws(Refusal) {
                let found = try storage.objects(of: maps, in: nil, at: version)
                let named = Dictionary(uniqueKeysWithValues: found.map { ($0.0.name, $0.1) })
                #expect(named == snapshots[version])
                kept += 1
            } catch {
                #expect(error.code == 410 && kept == 0)
                forgotten += 1
            }
        }
        #expect(kept * 13 >= Storage.history - 13 && forgotten > 0)
    }

    @Test func `a watch goes on from exactly the oldest version that is known`() throws {
        var storage = Storage()
        for step in 0...(2 * Storage.history) { storage.put(object(step), at: key("a"), of: maps) }
        // Versions 2 to 2002 were made; the last thousand of them are known.
        let boundary = storage.version - UInt64(Storage.history)
        let changes = try storage.changes(of: maps, after: boundary)
        #expect(changes.map(\.version) == Array((boundary + 1)...storage.version))
        let error = #expect(throws: Refusal.self) {
            try storage.changes(of: maps, after: boundary - 1)
        }
        #expect(error == .expired(boundary - 1, oldest: boundary))
        #expect(throws: Refusal.self) {
            try storage.objects(of: maps, in: nil, at: boundary - 1)
        }
        let found = try storage.objects(of: maps, in: nil, at: boundary)
        #expect(found.map(\.1.resourceVersion) == ["\(boundary)"])
    }

    @Test func `compaction forgets what was and keeps what is`() throws {
        var storage = Storage()
        storage.put(object(1), at: key("a"), of: maps)
        storage.put(object(2), at: key("a"), of: maps)
        storage.compact()
        #expect(throws: Refusal.self) { try storage.changes(of: maps, after: 2) }
        #expect(try storage.changes(of: maps, after: 3).isEmpty)
        #expect(storage.objects(of: maps).count == 1)
    }

    @Test func `what was removed has the version of its end`() throws {
        var storage = Storage()
        storage.put(object(1), at: key("a"), of: maps)
        let last = storage.remove(key("a"), of: maps, as: object(7))
        #expect(last?.resourceVersion == "3" && last?["value"]?.integer == 7)
        let changes = storage.takeUntold()
        #expect(changes.map(\.kind) == [.added, .deleted])
        #expect(changes.last?.previous?["value"]?.integer == 1)
        #expect(storage.takeUntold().isEmpty)
        #expect(storage.remove(key("a"), of: maps) == nil && storage.version == 3)
    }

    @Test func `a namespace's objects come in the order of bytes`() {
        var storage = Storage()
        for name in ["b", "a", "B", "a-b", "é"] {
            storage.put(object(1), at: key(name), of: maps)
        }
        storage.put(object(2), at: ObjectKey(namespace: "a", name: "z"), of: maps)
        #expect(storage.objects(of: maps, in: "n").map(\.0.name) == ["B", "a", "a-b", "b", "é"])
        #expect(storage.objects(of: maps).first?.0.name == "z")
    }

    @Test func `what is restored has its version, and no past`() throws {
        let place = Storage.Place(resource: maps, key: key("a"))
        var owned = object(5)
        owned.metadata["ownerReferences"] = [["uid": "u9"]]
        let storage = Storage(restoring: [place: owned], version: 42)
        #expect(
            storage.version == 42 && Set(storage.uids) == ["u5"] && storage.unsettled == [place]
        )
        #expect(try storage.changes(of: maps, after: 42).isEmpty)
        #expect(throws: Refusal.self) { try storage.changes(of: maps, after: 41) }
        // Its last object may have gone after 41: who watched it must list again.
        #expect(throws: Refusal.self) { try storage.changes(of: pods, after: 41) }
        #expect(throws: Refusal.self) { try storage.objects(of: pods, in: nil, at: 41) }
        #expect(try storage.changes(of: pods, after: 42).isEmpty)
    }
}
