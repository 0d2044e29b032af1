// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@testable import APIServer

@Suite struct RegistryDeletingTests {
    @Test func `a finalizer keeps what is deleted until it is gone`() throws {
        var lab = try Lab()
        try lab.map(["name": "m", "finalizers": ["a/b", "c"]])
        #expect(try lab.delete("configmaps", "m") == false)
        let marked = try #require(try lab.get("configmaps", "m"))
        #expect(marked.isBeingDeleted)
        #expect(try lab.delete("configmaps", "m") == false)
        #expect(try lab.get("configmaps", "m") == marked, "a second deletion says nothing new")
        let error = #expect(throws: Refusal.self) {
            try lab.patch("configmaps", "m", ["metadata": ["finalizers": ["a/b", "c", "d"]]])
        }
        #expect(error?.code == 422)
        try lab.patch("configmaps", "m", ["metadata": ["finalizers": ["c"]]])
        #expect(try lab.get("configmaps", "m")?.finalizers == ["c"])
        try lab.patch("configmaps", "m", ["metadata": ["finalizers": []]])
        #expect(try lab.get("configmaps", "m") == nil)
    }

    @Test(arguments: [
        (DeleteOptions.Propagation.background, ["other"]), (.foreground, ["other"]),
        (.orphan, ["a", "b", "c", "other"]),
    ])
    func `what follows an owner`(
        propagation: DeleteOptions.Propagation,
        left: [String]
    ) throws {
        var lab = try Lab()
        let root = try lab.map(["name": "root"])
        let other = try lab.map(["name": "other"])
        let a = try lab.map("a", ownedBy: [root])
        try lab.map("b", ownedBy: [a])
        try lab.map("c", ownedBy: [root, other])
        let stays = propagation == .orphan ? left : ["c"] + left
        #expect(try lab.delete("configmaps", "root", propagation))
        #expect(try lab.names("configmaps") == stays)
        let c = try lab.get("configmaps", "c")
        #expect(c?.owners.compactMap { $0["name"]?.string } == ["other"])
        #expect(lab.registry.storage.unsettled.count == (propagation == .orphan ? 2 : 1))
    }

    @Test(arguments: [DeleteOptions.Propagation.background, .foreground])
    func `a long chain goes to its end`(propagation: DeleteOptions.Propagation) throws {
        var lab = try Lab()
        var owner = try lab.map(["name": "m0"])
        for number in 1..<40 { owner = try lab.map("m\(number)", ownedBy: [owner]) }
        #expect(try lab.delete("configmaps", "m0", propagation))
        #expect(try lab.names("configmaps").isEmpty)
    }

    @Test(arguments: [DeleteOptions.Propagation.background, .foreground], [1, 2, 3])
    func `a circle of owners does not wait for itself`(
        propagation: DeleteOptions.Propagation,
        size: Int
    ) throws {
        var lab = try Lab()
        let made = try (0..<size).map { try lab.map(["name": .string("m\($0)")]) }
        for number in 0..<size {
            let owner = Lab.reference(to: made[(number + 1) % size])
            try lab.patch("configmaps", "m\(number)", ["metadata": ["ownerReferences": [owner]]])
        }
        #expect(try lab.delete("configmaps", "m0", propagation))
        #expect(try lab.names("configmaps").isEmpty)
    }

    @Test(arguments: [true, false])
    func `in the foreground an owner waits for those that block it`(blocks: Bool) throws {
        var lab = try Lab()
        let root = try lab.map(["name": "root"])
        let kept = Lab.reference(to: root, blocks: blocks)
        try lab.map(["name": "a", "finalizers": ["x"], "ownerReferences": [kept]])
        #expect(try lab.delete("configmaps", "root", .foreground) == !blocks)
        #expect(try lab.get("configmaps", "a")?.isBeingDeleted == true)
        try lab.patch("configmaps", "a", ["metadata": ["finalizers": .null]])
        // Its own foreground deletion ends with it.
        #expect(try lab.names("configmaps").isEmpty)
    }

    @Test func `what has an owner that never was goes at once`() throws {
        var lab = try Lab()
        let ghost: JSONValue = ["metadata": ["name": "ghost", "uid": "no-such-uid"]]
        let made = try lab.map("a", ownedBy: [ghost])
        #expect(!made.objectUID.isEmpty)
        #expect(try lab.names("configmaps").isEmpty)
        let kinds = lab.registry.storage.takeUntold().suffix(2).map(\.kind)
        #expect(kinds == [.added, .deleted])
    }

    @Test func `a namespace goes with what is in it, in the end`() throws {
        var lab = try Lab()
        let space = try lab.object("namespaces", ["name": "n", "finalizers": ["mine"]])
        try lab.create("namespaces", space)
        let maps = try lab.kind("configmaps")
        for (name, finalizers) in [("a", JSONValue.null), ("b", ["x"])] {
            var map = try lab.object("configmaps", ["name": .string(name)])
            map.metadata["finalizers"] = finalizers
            _ = try lab.registry.create(maps, in: "n", map, WriteOptions())
        }
        #expect(try lab.delete("namespaces", "n") == false)
        #expect(lab.registry.storage.objects(of: maps.resource, in: "n").map(\.0.name) == ["b"])
        #expect(try lab.get("namespaces", "n")?["status"]?["phase"] == "Terminating")
        let map = try lab.object("configmaps", ["name": "late"])
        let error = #expect(throws: Refusal.self) {
            try lab.registry.create(maps, in: "n", map, WriteOptions())
        }
        #expect(error?.code == 403 && error?.causes.first?.reason == "NamespaceTerminating")
        let patch: JSONValue = ["metadata": ["finalizers": .null]]
        _ = try lab.registry.patch(maps, in: "n", "b", patch, WriteOptions())
        #expect(try lab.get("namespaces", "n") != nil)
        try lab.patch("namespaces", "n", patch)
        #expect(try lab.get("namespaces", "n") == nil)
    }

    @Test func `a full namespace goes in a time that its size explains`() throws {
        var lab = try Lab()
        try lab.create("namespaces", lab.object("namespaces", ["name": "n"]))
        let maps = try lab.kind("configmaps")
        for number in 0..<1000 {
            let map = try lab.object("configmaps", ["name": .string("m\(number)")])
            _ = try lab.registry.create(maps, in: "n", map, WriteOptions())
        }
        let start = ContinuousClock.now
        #expect(try lab.delete("namespaces", "n"))
        // A twentieth of a second; a walk through all of it for each object takes ten.
        #expect(.now - start < .seconds(3))
        #expect(lab.registry.storage.objects(of: maps.resource, in: "n").isEmpty)
    }

    @Test func `a definition goes after its objects, and is served no longer`() throws {
        var lab = try Lab()
        try lab.create("things", lab.object("things", ["name": "a"]))
        try lab.create("things", lab.object("things", ["name": "b", "finalizers": ["x"]]))
        #expect(try lab.delete("customresourcedefinitions", "things.example.com") == false)
        #expect(try lab.names("things") == ["b"])
        try lab.patch("things", "b", ["metadata": ["finalizers": .null]])
        #expect(try lab.names("customresourcedefinitions").isEmpty)
        #expect(!lab.registry.kinds.contains { $0.plural == "things" })
        try lab.create("customresourcedefinitions", Lab.definition)
        #expect(try lab.names("things").isEmpty)
    }

    @Test func `a definition that serves nothing can be deleted`() throws {
        var lab = try Lab()
        try lab.delete("customresourcedefinitions", "things.example.com")
        var dormant = Lab.definition
        var version = try #require(dormant["spec"]?["versions"]?.array?.first)
        version["served"] = false
        dormant["spec"]?["versions"] = [version]
        try lab.create("customresourcedefinitions", dormant)
        #expect(try lab.delete("customresourcedefinitions", "things.example.com"))
    }

    @Test func `a precondition that does not hold changes nothing`() throws {
        var lab = try Lab()
        let made = try lab.map(["name": "m"])
        let kind = try lab.kind("configmaps")
        for text in [
            #"{"preconditions":{"uid":"other"}}"#, #"{"preconditions":{"resourceVersion":"1"}}"#,
        ] {
            let options = try DeleteOptions(json(text))
            let error = #expect(throws: Refusal.self) {
                try lab.registry.delete(kind, in: "default", "m", options)
            }
            #expect(error?.code == 409)
        }
        #expect(try lab.get("configmaps", "m") == made)
        #expect(throws: Refusal.self) { try DeleteOptions(["propagationPolicy": "Sideways"]) }
    }
}
