// SPDX-License-Identifier: Apache-2.0

import Addressing
import Foundation
import GRPC
import HostAgent
import Kernel
import PCI
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct NetdevStoreTests {
    private let fixture: Fixture
    private let files: NetdevFiles
    private let store: NetdevStore
    private let function: PCIAddress

    init() throws {
        fixture = try Fixture()
        files = try NetdevFiles(directory: fixture.scratch["netdevs"])
        store = NetdevStore([], files: files)
        function = try fixture.function(0)
    }

    @discardableResult
    private func allocate(_ index: Int = 0, now: Int = 1) throws -> NetdevRecord {
        let (function, mac) = (try fixture.function(index), try fixture.mac(index))
        let network = fixture.blue
        let netdev = try store.change { table throws(Status) in
            let netdev = try table.allocate(function, mac: mac, in: network, now: now)
            return (netdev, netdev.map { [$0] } ?? [])
        }
        return try #require(netdev)
    }

    @discardableResult
    private func retire() throws -> NetdevRecord {
        let function = function
        let netdev = try store.change { table throws(Status) in
            let netdev = table.retire(function, now: 2)
            return (netdev, netdev.map { [$0] } ?? [])
        }
        return try #require(netdev)
    }

    /// Makes every write and removal fail; root is not stopped by permissions.
    private func breakDirectory() throws {
        try FileManager.default.removeItem(atPath: fixture.scratch["netdevs"])
        try fixture.scratch.write("", to: "netdevs")
    }

    private var isConnected: Bool {
        if case .connected = store.look(at: function).progress { true } else { false }
    }

    private var isPending: Bool {
        if case .pending = store.look(at: function).progress { true } else { false }
    }

    private var isFailed: Bool {
        if case .failed = store.look(at: function).progress { true } else { false }
    }

    @Test func `a change is on disk before anybody sees it`() throws {
        let netdev = try allocate()
        #expect(store.look(at: function).netdev == netdev)
        #expect(try files.load().netdevs == [netdev])
        let retired = try retire()
        #expect(try files.load().netdevs == [retired])
        try store.forget(retired)
        #expect(store.netdevs.isEmpty)
        #expect(try files.load().netdevs.isEmpty)
    }

    @Test func `a change that cannot be written changes nothing`() throws {
        let netdev = try allocate()
        try breakDirectory()
        let version = store.version
        let error = #expect(throws: Status.self) { try retire() }
        #expect(error?.code == .internalError)
        #expect(error?.message.contains("state cannot be written") == true)
        #expect(throws: Status.self) { try allocate(1) }
        #expect(store.netdevs == [netdev])
        #expect(store.version == version)
    }

    @Test func `a change whose body fails changes nothing`() throws {
        let netdev = try allocate()
        let function = function
        #expect(throws: Status(.aborted)) {
            try store.change { table throws(Status) -> ((), dirty: [NetdevRecord]) in
                table.retire(function, now: 2)
                throw Status(.aborted)
            }
        }
        #expect(store.netdevs == [netdev])
    }

    @Test func `a Netdev whose file cannot be removed is remembered`() throws {
        try allocate()
        let retired = try retire()
        try breakDirectory()
        #expect(throws: Status.self) { try store.forget(retired) }
        #expect(store.netdevs == [retired])
    }

    @Test func `and its address rests all the same`() throws {
        try allocate()
        let retired = try retire()
        try breakDirectory()
        #expect(throws: Status.self) { try store.forget(retired) }
        try FileManager.default.removeItem(atPath: fixture.scratch["netdevs"])
        try Files.makeDirectory(fixture.scratch["netdevs"])
        try store.forget(retired)
        #expect(try allocate(1).addresses.map(\.description) == ["10.0.0.2/29"])
    }

    @Test func `a Netdev that changed since is not forgotten`() throws {
        let netdev = try allocate()
        try store.forget(netdev)
        #expect(store.netdevs == [netdev])
        #expect(try files.load().netdevs == [netdev])
    }

    @Test func `progress is of the Netdev that was looked at`() throws {
        let netdev = try allocate()
        #expect(isPending)
        store.report(.connected, for: netdev)
        #expect(isConnected)
        let retired = try retire()
        #expect(isPending)
        store.report(.connected, for: netdev)
        #expect(isPending)
        store.report(.failed(Status(.unavailable)), for: retired)
        #expect(isFailed)
        try store.forget(retired)
        #expect(isPending)
    }

    @Test func `a failure from before a wish says nothing about it`() throws {
        let netdev = try allocate()
        store.report(.failed(Status(.unavailable)), for: netdev)
        #expect(isFailed)
        try allocate()
        #expect(isPending)
    }

    @Test func `a pass that began before a wish does not speak for it`() throws {
        let netdev = try allocate()
        let early = try #require(store.begin(netdev.function))
        _ = try allocate()
        store.reportFailure(Status(.unavailable), of: early.netdev, wish: early.wish)
        guard case .pending = store.look(at: netdev.function).progress else {
            Issue.record("the old failure was taken for the new wish's")
            return
        }
        let late = try #require(store.begin(netdev.function))
        store.reportFailure(Status(.unavailable), of: late.netdev, wish: late.wish)
        guard case .failed = store.look(at: netdev.function).progress else {
            Issue.record("the failure was lost")
            return
        }
    }

    @Test func `a wish for the same port leaves one that is connected`() throws {
        let netdev = try allocate()
        store.report(.connected, for: netdev)
        try allocate(now: 2)
        #expect(isConnected)
        let (function, mac) = (function, try fixture.mac(9))
        let (network, holder) = (fixture.blue, try fixture.holder("c1"))
        for (mac, remains) in [(netdev.mac, true), (mac, false)] {
            _ = try store.change { table throws(Status) in
                let now = 3
                let binding = try table.bind(function, to: holder, mac: mac, in: network, now: now)
                return (binding, table.netdevs[function].map { [$0] } ?? [])
            }
            #expect(isConnected == remains)
            #expect(isPending != remains)
        }
    }

    @Test func `a wait ends at its instant`() async {
        await store.waitForChange(after: store.version, until: .now + .milliseconds(20))
        await store.waitForChange(after: store.version, until: .now)
    }

    @Test func `a change wakes everybody who waits`() async throws {
        let netdev = try allocate()
        let version = store.version
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<10 { group.addTask { await store.waitForChange(after: version) } }
            for _ in 0..<100 { await Task.yield() }
            store.report(.connected, for: netdev)
        }
        #expect(store.version > version)
    }

    @Test func `a change before the wait is not waited for`() async throws {
        let version = store.version
        try allocate()
        await store.waitForChange(after: version)
    }

    @Test func `a task that is cancelled already does not wait`() async {
        await withTaskGroup(of: Void.self) { group in
            group.cancelAll()
            group.addTask { await store.waitForChange(after: store.version) }
        }
    }

    @Test func `cancelling and changing at any moment wakes once`() async throws {
        let netdev = try allocate()
        for round in 0..<5_000 {
            let version = store.version
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<3 { group.addTask { await store.waitForChange(after: version) } }
                for _ in 0..<(round % 5) { await Task.yield() }
                if round % 2 == 0 {
                    group.addTask { store.report(.pending("at work"), for: netdev) }
                }
                group.cancelAll()
            }
        }
    }

    @Test func `changes from many tasks are all kept`() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<6 { group.addTask { try allocate(index) } }
            try await group.waitForAll()
        }
        #expect(store.netdevs.count == 6)
        #expect(Set(store.netdevs.flatMap(\.addresses)).count == 6)
        #expect(try files.load().netdevs.count == 6)
    }
}
