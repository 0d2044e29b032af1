// SPDX-License-Identifier: Apache-2.0

import Addressing
import Attachment
import Configuration
import GRPC
import HostAPI
import HostAgent
import Kernel
import Logging
import PCI
import Reconcile
import Synchronization
import TestSupport
import Testing

/// Ports that are whatever a test says.
private final class FakePorts: PortKeeper {
    struct State: Sendable {
        var answer: Result<PortState, Status> = .success(.waiting("at work"))
        var existing: [(function: PCIAddress, network: String)]?
        var trouble: Status?
        var asked = 0
    }

    let state = Mutex(State())

    func set(_ change: (inout State) -> Void) { state.withLock { change(&$0) } }

    func bring(_ netdev: NetdevRecord) async throws(Status) -> PortState {
        try state.withLock { state in
            state.asked += 1
            return state.answer
        }.get()
    }

    func existing() async throws(Status) -> [(function: PCIAddress, network: String)]? {
        state.withLock { $0.existing }
    }

    func checkAvailable() throws(Status) {
        if let trouble = state.withLock({ $0.trouble }) { throw trouble }
    }

    func pollInterval(sinceSeconds age: Int) -> Duration { .milliseconds(1) }
    var tellsHolders: Bool { true }
    var resyncInterval: Duration { .seconds(60) }
    var blame: String { "fake" }
}

/// Service, store and reconciler over ports that somebody else makes.
@Suite(.timeLimit(.minutes(1))) struct ClusterServiceTests {
    private let fixture: Fixture
    private let ports = FakePorts()
    private let store: NetdevStore
    private let queue = KeyQueue<PortKey>()
    private let networks: Board<[NetworkConfiguration]?>
    private let spool: Spool<Allocation>
    private let service: HostAgentService
    private let reconciler: FunctionReconciler

    init() throws {
        fixture = try Fixture(server: "unix:/tmp/never-used")
        let run = fixture.scratch["run"]
        store = NetdevStore(
            [],
            files: try NetdevFiles(directory: run + "/netdevs"),
            assignsAddresses: false
        )
        spool = try Spool(runDirectory: run)
        let board = Board<[NetworkConfiguration]?>(fixture.configuration.networks)
        networks = board
        var log = Logger(label: "test")
        log.logLevel = .critical
        service = HostAgentService(
            node: "node-a",
            networks: NetworkDirectory { board.value },
            ports: ports,
            store: store,
            queue: queue,
            releases: try ReleaseSpool(runDirectory: run),
            allocations: spool,
            finder: FunctionFinder(sysfs: "/nonexistent", usesAlias: true),
            log: log
        )
        reconciler = FunctionReconciler(
            ports: ports,
            store: store,
            queue: queue,
            isAttached: { _ in false },
            log: log
        )
    }

    private func running(_ body: @Sendable () async throws -> Void) async throws {
        let backoff = Backoff(base: .milliseconds(5), ceiling: .milliseconds(20))
        let controller = Controller(reconciler, queue: queue, backoff: backoff) { _, _, _ in }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await controller.run() }
            try await body()
            group.cancelAll()
        }
    }

    private func refusal(_ patience: Duration = .seconds(20)) async throws -> Status? {
        let request = try fixture.request(0, "c1")
        do throws(Status) {
            _ = try await service.attach(request, patience: patience)
            return nil
        } catch {
            return error
        }
    }

    @Test func `addresses that somebody else chose are in answer and file`() async throws {
        let address = try #require(IPPrefix("10.0.0.5/29"))
        ports.set { $0.answer = .success(.connected([address])) }
        try await running {
            let answer = try await service.attach(
                try fixture.request(0, "c1"),
                patience: .seconds(20)
            )
            #expect(answer.addresses.map(\.address) == ["10.0.0.5/29"])
        }
        let function = try fixture.function(0)
        #expect(store.look(at: function).netdev?.addresses == [address])
        let files = try NetdevFiles(directory: fixture.scratch["run"] + "/netdevs")
        #expect(try files.load().netdevs.map(\.addresses) == [[address]])
    }

    @Test func `a card that nobody serves is told at once, also to those who wait`() async throws {
        ports.set { $0.trouble = Status(.unavailable, "no sign of life") }
        try await running {
            let refusal = try await refusal()
            #expect(refusal == Status(.unavailable, "no sign of life"))
        }
        ports.set { $0.trouble = nil }
        try await running {
            async let waiting = refusal()
            while ports.state.withLock({ $0.asked }) == 0 { await Task.yield() }
            ports.set { $0.trouble = Status(.unavailable, "silent now") }
            let refusal = try await waiting
            #expect(refusal == Status(.unavailable, "silent now"))
        }
    }

    @Test func `a holder is told also when the port is up already`() async throws {
        ports.set { $0.answer = .success(.connected([])) }
        try await running {
            for container in ["c1", "c1"] {
                let before = ports.state.withLock { $0.asked }
                _ = try await service.attach(
                    try fixture.request(0, container),
                    patience: .seconds(20)
                )
                while ports.state.withLock({ $0.asked }) == before { await Task.yield() }
            }
        }
    }

    @Test func `what is absent is forgotten, what fails is tried again`() async throws {
        ports.set { $0.answer = .success(.connected([])) }
        let function = try fixture.function(0)
        try await running {
            _ = try await service.attach(try fixture.request(0, "c1"), patience: .seconds(20))
            ports.set { $0.answer = .failure(Status(.unavailable, "away")) }
            var detach = DetachRequest()
            detach.containerID = "c1"
            detach.interfaceName = "eth0"
            _ = try service.detach(detach)
            let before = ports.state.withLock { $0.asked }
            while ports.state.withLock({ $0.asked }) < before + 3 { await Task.yield() }
            #expect(store.look(at: function).netdev != nil)
            ports.set { $0.answer = .success(.absent) }
            while store.look(at: function).netdev != nil { await Task.yield() }
        }
    }

    @Test func `the inventory waits until it can be told, then takes strays in`() async throws {
        let function = try fixture.function(3)
        let soon = try await reconciler.reconcile(.inventory)
        #expect(soon == .again(after: .milliseconds(200)))
        ports.set { $0.existing = [(function, "blue")] }
        let later = try await reconciler.reconcile(.inventory)
        #expect(later == .again(after: .seconds(60), priority: .background))
        #expect(store.look(at: function).netdev?.isWanted == false)
    }

    // MARK: - Allocations left behind

    private func leave(_ index: Int, since: Int) throws {
        let id = try fixture.function(index).description
        try spool.add(
            Allocation(resourceName: "opi.example.com/blue", deviceIDs: [id], since: since)
        )
    }

    private var now: Int { Int(Clocks.realtimeNanoseconds / 1_000_000_000) }

    @Test func `one that is too old is dropped`() throws {
        try leave(2, since: 1000)
        try service.drainAllocations()
        #expect(store.netdevs == [])
        #expect(try spool.pending() == [])
    }

    @Test func `one whose network is not known yet waits`() throws {
        networks.post(nil)
        try leave(2, since: now)
        try service.drainAllocations()
        #expect(try spool.pending().count == 1)
        networks.post(fixture.configuration.networks)
        try service.drainAllocations()
        #expect(try spool.pending() == [])
    }

    @Test func `one that asks for nothing there is goes`() throws {
        try spool.add(
            Allocation(resourceName: "other/one", deviceIDs: ["0000:99:00.0"], since: now)
        )
        try service.drainAllocations()
        #expect(try spool.pending() == [])
    }
}
