// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@testable import APIServer

@Suite struct RegistryTests {
    @Test(arguments: [
        ("spec", #"{"spec":{"size":2}}"#, 2), ("nothing", #"{"spec":{"size":1}}"#, 1),
        ("status", #"{"status":{"phase":"X"}}"#, 1),
        ("labels", #"{"metadata":{"labels":{"a":"b"}}}"#, 1),
        ("unknown", #"{"spec":{"colour":"red"}}"#, 1),
        ("a client's generation", #"{"metadata":{"generation":9}}"#, 1),
        ("no spec", #"{"spec":null}"#, 2),
    ])
    func `a generation counts what is wanted`(what: String, patch: String, now: Int) throws {
        var lab = try Lab()
        let thing = try lab.object("things", ["name": "t"], ["spec": ["size": 1]])
        #expect(try lab.create("things", thing).generation == 1)
        #expect(try lab.patch("things", "t", json(patch)).generation == now)
    }

    @Test func `what changes nothing has no new version`() throws {
        var lab = try Lab()
        let thing = try lab.object("things", ["name": "t"], ["spec": ["size": 1]])
        let made = try lab.create("things", thing)
        let version = lab.registry.storage.version
        #expect(try lab.patch("things", "t", [:]) == made)
        #expect(try lab.patch("things", "t", ["spec": ["size": 1, "x": 1]]) == made)
        #expect(lab.registry.storage.version == version)
        #expect(lab.registry.storage.takeUntold().last?.version == version)
    }

    @Test func `a status is written by its own way only`() throws {
        var lab = try Lab()
        let thing = try lab.object("things", ["name": "t"], ["status": ["phase": "A"]])
        #expect(try lab.create("things", thing)["status"] == nil)
        let kind = try lab.kind("things")
        let made = try lab.registry.patch(
            kind,
            in: "default",
            "t",
            ["status": ["phase": "B"], "spec": ["size": 3], "metadata": ["labels": ["a": "b"]]],
            WriteOptions(subresource: "status")
        ).object
        #expect(made["status"]?["phase"] == "B" && made["spec"] == nil && made.labels.isEmpty)
        #expect(try lab.patch("things", "t", ["status": .null])["status"]?["phase"] == "B")
    }

    @Test func `who read an old version is told`() throws {
        var lab = try Lab()
        let made = try lab.create("things", lab.object("things", ["name": "t"]))
        try lab.patch("things", "t", ["spec": ["size": 1]])
        let kind = try lab.kind("things")
        let error = #expect(throws: Refusal.self) {
            try lab.registry.replace(kind, in: "default", "t", made, WriteOptions())
        }
        #expect(error?.code == 409 && error?.reason == "Conflict")
        let stale = #expect(throws: Refusal.self) {
            try lab.patch("things", "t", ["metadata": ["uid": "another"]])
        }
        #expect(stale?.code == 409)
        var now = try #require(try lab.get("things", "t"))
        now.metadata["resourceVersion"] = nil
        let unsaid = #expect(throws: Refusal.self) {
            try lab.registry.replace(kind, in: "default", "t", now, WriteOptions())
        }
        #expect(unsaid?.code == 422)
    }

    @Test func `what the server set stays`() throws {
        var lab = try Lab()
        let made = try lab.map(["name": "m"])
        let patched = try lab.patch(
            "configmaps",
            "m",
            [
                "metadata": [
                    "creationTimestamp": "1999-01-01T00:00:00Z", "generateName": "x",
                    "deletionTimestamp": "1999-01-01T00:00:00Z", "selfLink": "/",
                    "labels": ["a": "b"],
                    "managedFields": [[:]],
                ]
            ]
        )
        var expected = made
        expected.metadata["labels"] = ["a": "b"]
        expected.metadata["resourceVersion"] = patched.metadata["resourceVersion"]
        #expect(patched == expected)
    }

    @Test(arguments: [
        (#"{"name":""}"#, 422), (#"{"name":7}"#, 422), (#"{"name":"A"}"#, 422),
        (#"{"name":"a","labels":{"x":1}}"#, 400), (#"{"name":"a","labels":[]}"#, 400),
        (#"{"name":"a","labels":{"_":"b"}}"#, 422), (#"{"name":"a","labels":{"x":"-"}}"#, 422),
        (#"{"name":"a","finalizers":"x"}"#, 400), (#"{"name":"a","finalizers":["a b"]}"#, 422),
        (#"{"name":"a","ownerReferences":[{}]}"#, 422),
        (#"{"name":"a","ownerReferences":[1]}"#, 422),
        (#"{"name":"a","namespace":"other"}"#, 400), (#"{"name":"a","resourceVersion":"1"}"#, 400),
        ("null", 400), ("[]", 400), (#""a""#, 400),
    ])
    func `metadata that cannot be are refused`(metadata: String, code: Int) throws {
        var lab = try Lab()
        let version = lab.registry.storage.version
        let metadata = try json(metadata)
        var map = try lab.object("configmaps", [:])
        map["metadata"] = metadata
        let error = #expect(throws: Refusal.self) { try lab.create("configmaps", map) }
        #expect(error?.code == code)
        #expect(lab.registry.storage.version == version)
    }

    @Test func `a name is made when only its beginning is given`() throws {
        var lab = try Lab()
        let names = try (0..<20).map { _ in try lab.map(["generateName": "m-"]).objectName }
        #expect(Set(names).count == 20)
        #expect(names.allSatisfy { $0.hasPrefix("m-") && $0.utf8.count == 7 })
    }

    @Test func `nothing comes into a namespace that is missing`() throws {
        var lab = try Lab()
        let map = try lab.object("configmaps", ["name": "m"])
        let kind = try lab.kind("configmaps")
        let error = #expect(throws: Refusal.self) {
            try lab.registry.create(kind, in: "nowhere", map, WriteOptions())
        }
        #expect(error?.code == 404)
    }

    @Test func `a lease that is missing is made by an update`() throws {
        var lab = try Lab()
        let kind = try lab.kind("leases")
        let lease = try lab.object("leases", ["name": "l"])
        let made = try lab.registry.replace(kind, in: "default", "l", lease, WriteOptions())
        #expect(made.isNew)
        let map = try lab.object("configmaps", ["name": "m"])
        let maps = try lab.kind("configmaps")
        let error = #expect(throws: Refusal.self) {
            try lab.registry.replace(maps, in: "default", "m", map, WriteOptions())
        }
        #expect(error?.code == 404)
    }

    @Test(arguments: [
        "", "AAAA", "%", "MS8=", "eC8vYQ==", "LTEvL2E=", "MTg0NDY3NDQwNzM3MDk1NTE2MTYvLw==",
    ])
    func `a token that no list gave is refused`(token: String) throws {
        let lab = try Lab()
        let kind = try lab.kind("configmaps")
        var options = ListOptions()
        options.continuation = token
        let selection = Selection(
            namespace: nil,
            labels: try LabelSelector(""),
            fields: try FieldSelector("", for: kind)
        )
        let error = #expect(throws: Refusal.self) {
            try lab.registry.list(kind, selection, options)
        }
        #expect(error?.code == 400)
    }

    @Test func `pages show one moment`() throws {
        var lab = try Lab()
        for number in 0..<7 { try lab.map(["name": .string("m\(number)")]) }
        let kind = try lab.kind("configmaps")
        let selection = Selection(
            namespace: "default",
            labels: try LabelSelector(""),
            fields: try FieldSelector("", for: kind)
        )
        var options = ListOptions()
        options.limit = 3
        var names: [String] = []
        var remaining: [Int?] = []
        repeat {
            let page = try lab.registry.list(kind, selection, options)
            names += page.objects.map(\.objectName)
            remaining.append(page.remaining)
            options.continuation = page.continuation
            if names.count == 7 { break }
            try lab.delete("configmaps", "m\(names.count)")
            try lab.map(["name": .string("new\(names.count)")])
        } while options.continuation != nil
        #expect(names == (0..<7).map { "m\($0)" })
        #expect(remaining == [4, 1, nil])
    }
}
