// SPDX-License-Identifier: Apache-2.0

import JSON
import Synchronization
import Testing

@testable import APIServer

@Suite(.timeLimit(.minutes(1))) struct ClusterTests {
    private let maps = Resource(group: "", plural: "configmaps")

    private func put(_ cluster: Cluster, _ name: String) throws(Refusal) {
        try cluster.write { [maps] (registry) throws(Refusal) in
            let key = ObjectKey(namespace: "default", name: name)
            registry.storage.put(["metadata": ["uid": .string(name)]], at: key, of: maps)
        }
    }

    @Test func `a watch hears every change after its start, in order`() async throws {
        let cluster = Cluster(Registry())
        try put(cluster, "before")
        let (start, subscription) = try cluster.watch(maps) { $0.storage.version }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<4 {
                group.addTask {
                    for number in 0..<100 { try put(cluster, "w\(writer)-\(number)") }
                }
            }
            try await group.waitForAll()
        }
        cluster.end(subscription)
        var versions: [UInt64] = []
        var names: Set<String> = []
        for await case .change(let change) in subscription.items {
            versions.append(change.version)
            names.insert(change.key.name)
        }
        #expect(versions == Array((start + 1)...(start + 400)))
        #expect(names.count == 400 && !names.contains("before"))
    }

    @Test func `a watcher that is too slow hears the first changes whole, then the end`()
        async throws
    {
        let cluster = Cluster(Registry())
        let (start, subscription) = try cluster.watch(maps) { $0.storage.version }
        for number in 0..<4100 { try put(cluster, "m\(number % 7)") }
        cluster.tellProgress()
        var versions: [UInt64] = []
        for await item in subscription.items {
            guard case .change(let change) = item else {
                Issue.record("progress was told that was not heard")
                continue
            }
            versions.append(change.version)
        }
        #expect(versions == Array((start + 1)...(start + UInt64(versions.count))))
        #expect((1000..<4100).contains(versions.count))
    }

    @Test func `progress comes after what it covers, and only the own resource`() async throws {
        let cluster = Cluster(Registry())
        let (_, mine) = try cluster.watch(maps) { _ in }
        let (_, other) = try cluster.watch(.namespaces) { _ in }
        try put(cluster, "a")
        cluster.tellProgress()
        try put(cluster, "b")
        cluster.cutWatches()
        try put(cluster, "c")
        cluster.tellProgress()
        var heard: [[String]] = []
        for subscription in [mine, other] {
            var words: [String] = []
            for await item in subscription.items {
                switch item {
                case .change(let change): words.append(change.key.name)
                case .progress(let version): words.append("\(version)")
                }
            }
            heard.append(words)
        }
        #expect(heard[0] == ["a", "6", "b"])
        #expect(heard[1].last == "6" && heard[1].filter { $0 == "6" }.count == 1)
    }

    @Test func `a dry run changes nothing and is told to nobody`() async throws {
        let told = Mutex(0)
        let cluster = Cluster(Registry()) { changes in told.withLock { $0 += changes.count } }
        try put(cluster, "a")
        let before = told.withLock(\.self)
        let (version, subscription) = try cluster.watch(maps) { $0.storage.version }
        let inside = try cluster.write(isDry: true) { [maps] (registry) throws(Refusal) in
            let key = ObjectKey(namespace: "default", name: "b")
            registry.storage.put([:], at: key, of: maps)
            registry.storage.remove(ObjectKey(namespace: "default", name: "a"), of: maps)
            return registry.storage.version
        }
        #expect(inside == version + 2)
        let (after, count) = cluster.read { [maps] registry in
            (registry.storage.version, registry.storage.objects(of: maps).count)
        }
        #expect(after == version && count == 1)
        cluster.end(subscription)
        for await _ in subscription.items { Issue.record("a dry run was told") }
        #expect(told.withLock(\.self) == before)
    }

    @Test func `what was done before a refusal is told`() async throws {
        let cluster = Cluster(Registry())
        let (_, subscription) = try cluster.watch(maps) { _ in }
        do throws(Refusal) {
            try cluster.write { [maps] (registry) throws(Refusal) in
                let key = ObjectKey(namespace: "default", name: "a")
                registry.storage.put([:], at: key, of: maps)
                throw .wrongMethod
            }
        } catch {
            #expect(error == .wrongMethod)
        }
        cluster.end(subscription)
        var count = 0
        for await _ in subscription.items { count += 1 }
        #expect(count == 1)
    }
}
