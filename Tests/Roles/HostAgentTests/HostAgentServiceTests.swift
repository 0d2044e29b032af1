// SPDX-License-Identifier: Apache-2.0

import Attachment
import Configuration
import Connections
import GRPC
import HostAPI
import HostAgent
import Kernel
import Logging
import OPI
import PCI
import RPC
import Reconcile
import TestSupport
import Testing

/// Service, store and controller together, over a card in this process.
@Suite(.timeLimit(.minutes(1))) struct HostAgentServiceTests {
    private let card = FakeCard()
    private let fixture: Fixture
    private let store: NetdevStore
    private let queue = KeyQueue<PortKey>()
    private let spool: ReleaseSpool
    private let channel: Channel
    private let ports: CardPorts
    private let service: HostAgentService
    private let log: Logger

    init() throws {
        fixture = try Fixture(server: "unix:/tmp/never-used")
        let run = fixture.scratch["run"]
        store = NetdevStore([], files: try NetdevFiles(directory: run + "/netdevs"))
        spool = try ReleaseSpool(runDirectory: run)
        var log = Logger(label: "test")
        log.logLevel = .critical
        self.log = log
        channel = Channel(.unix(path: fixture.scratch["opi.sock"]))
        let networks = fixture.configuration.networks
        ports = CardPorts(
            node: fixture.configuration.node,
            opi: try #require(fixture.configuration.opi),
            networks: networks,
            gateway: EVPNGateway(channel, callTimeout: .seconds(5)),
            log: log
        )
        service = HostAgentService(
            node: fixture.configuration.node,
            networks: NetworkDirectory { networks },
            ports: ports,
            store: store,
            queue: queue,
            releases: spool,
            allocations: try Spool(runDirectory: run),
            finder: FunctionFinder(sysfs: "/nonexistent", usesAlias: true),
            log: log
        )
    }

    /// Runs `body` while controller and card are at work.
    private func run(_ body: @Sendable () async throws -> Void) async throws {
        let backoff = Backoff(base: .milliseconds(5), ceiling: .milliseconds(20))
        try await withCard { reconciler in
            let controller = Controller(reconciler, queue: queue, backoff: backoff) { _, _, _ in }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await controller.run() }
                try await body()
                group.cancelAll()
            }
        }
    }

    /// Runs `body` while the card is at work.
    private func withCard(_ body: (FunctionReconciler) async throws -> Void) async throws {
        let socket = fixture.scratch["opi.sock"]
        let server = try await Server.bind(.unix(path: socket), card.services)
        let reconciler = FunctionReconciler(
            ports: ports,
            store: store,
            queue: queue,
            isAttached: { _ in false },
            log: log
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await server.run() }
            try await body(reconciler)
            group.cancelAll()
        }
    }

    private func attach(_ request: AttachRequest) async throws(Status) -> AttachResponse {
        try await service.attach(request, patience: .seconds(30))
    }

    private func until(_ condition: @Sendable () -> Bool) async throws {
        while !condition() { try await Task.sleep(for: .milliseconds(1)) }
    }

    private func detach(_ index: Int, _ container: String) throws {
        var request = DetachRequest()
        request.containerID = container
        request.interfaceName = "eth0"
        _ = try service.detach(request)
    }

    @Test func `attach answers when the port is up, and again the same`() async throws {
        try await run {
            let answer = try await attach(fixture.request(0, "c1"))
            #expect(answer.network == "blue")
            #expect(answer.addresses.map(\.address) == ["10.0.0.1/29"])
            #expect(card.ports == [ObjectName.portPrefix + answer.port])
            #expect(try await attach(fixture.request(0, "c1")) == answer)
            #expect(card.ports.count == 1)
        }
    }

    @Test func `detach removes the port behind the answer, and may be repeated`() async throws {
        try await run {
            _ = try await attach(fixture.request(0, "c1"))
            try detach(0, "c1")
            try detach(0, "c1")
            try await until { card.ports.isEmpty && store.netdevs.isEmpty }
        }
    }

    @Test func `another container is refused`() async throws {
        try await run {
            _ = try await attach(fixture.request(0, "c1"))
            let error = await #expect(throws: Status.self) {
                _ = try await attach(fixture.request(0, "c2"))
            }
            #expect(error?.code == .failedPrecondition)
            try detach(0, "c2")
            #expect(card.ports.count == 1)
        }
    }

    @Test func `a function whose old port is being deleted is waited for, quietly`() async throws {
        card.set { $0.buriesByHand = true }
        try await run {
            _ = try await attach(fixture.request(0, "c1"))
            try detach(0, "c1")
            try await until { card.isBurying }
            let version = store.version
            async let answer = attach(fixture.request(0, "c2"))
            try await Task.sleep(for: .milliseconds(300))
            #expect(store.netdevs.first?.isWanted == false)
            // Ten passes a second or so, each one change; not as many as a processor can make.
            #expect(store.version - version < 100)
            card.bury()
            #expect(try await answer.addresses.map(\.address) == ["10.0.0.2/29"])
            #expect(store.netdevs.first?.holder?.containerID == "c2")
        }
    }

    @Test func `a card that refuses to delete is told at once`() async throws {
        try await run {
            _ = try await attach(fixture.request(0, "c1"))
            card.set { $0.refusal = Status(.unavailable, "rebooting") }
            try detach(0, "c1")
            let error = await #expect(throws: Status.self) {
                _ = try await attach(fixture.request(0, "c2"))
            }
            #expect(error?.code == .unavailable)
            #expect(error?.message.contains("rebooting") == true)
            card.set { $0.refusal = nil }
            let answer = try await attach(fixture.request(0, "c2"))
            #expect(answer.addresses.map(\.address) == ["10.0.0.2/29"])
        }
    }

    @Test(arguments: [StatusCode.unavailable, .deadlineExceeded, .permissionDenied])
    func `a card that refuses to make a port is told at once`(code: StatusCode) async throws {
        card.set { $0.refusal = Status(code, "no") }
        try await run {
            let error = await #expect(throws: Status.self) {
                _ = try await attach(fixture.request(0, "c1"))
            }
            #expect(error?.code == (code == .permissionDenied ? .internalError : .unavailable))
            #expect(error?.message.contains("OPI server unix:/tmp/never-used") == true)
        }
    }

    @Test func `a card that shows nothing of what it accepts is not asked without end`()
        async throws
    {
        card.set { $0.forgets = true }
        let (function, mac, network) = (try fixture.function(0), try fixture.mac(0), fixture.blue)
        _ = try store.change { table throws(Status) in
            let now = Int(Clocks.realtimeNanoseconds / 1_000_000_000)
            let netdev = try table.allocate(function, mac: mac, in: network, now: now)
            return (netdev, netdev.map { [$0] } ?? [])
        }
        try await withCard { reconciler in
            let verdict = try await reconciler.reconcile(.function(function))
            #expect(verdict == .again(after: .milliseconds(10)))
            #expect(card.calls < 10)
        }
    }

    @Test func `nor is one that never shows what was made`() async throws {
        card.set { $0.distorts = true }
        try await run {
            let error = await #expect(throws: Status.self) {
                _ = try await attach(fixture.request(0, "c1"))
            }
            #expect(error?.message.contains("is never as it was made") == true)
            #expect(card.calls < 100)
        }
    }

    @Test func `giving a function back while its port is made ends the attach`() async throws {
        card.set { $0.forgets = true }
        try await run {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { _ = try await attach(fixture.request(0, "c1")) }
                try await until { !store.netdevs.isEmpty }
                try detach(0, "c1")
                let error = await #expect(throws: Status.self) { try await group.waitForAll() }
                #expect(error?.code == .aborted)
            }
        }
    }

    @Test func `a release that waited is done before the next attach`() async throws {
        try await run {
            _ = try await attach(fixture.request(0, "c1"))
            try spool.add(Release(deviceID: "", containerID: "c1", interfaceName: "eth0"))
            let answer = try await attach(fixture.request(0, "c2"))
            #expect(answer.addresses.map(\.address) == ["10.0.0.2/29"])
            #expect(try spool.pending().isEmpty)
        }
    }

    @Test func `a release that somebody else has done is void`() async throws {
        try await run {
            try spool.add(Release(deviceID: "", containerID: "c1", interfaceName: "eth0"))
            let entry = try #require(try spool.pending().first)
            _ = try await attach(fixture.request(0, "c1"))
            try service.release("c1", "eth0", spooledAs: entry)
            #expect(store.netdevs.first?.isWanted == true)
        }
    }

    /// Everybody drains the spool; a wish that one has done must not hit what came after.
    @Test func `no attach loses its function to an old release, nor fails over the spool`()
        async throws
    {
        try await run {
            for _ in 0..<100 {
                try spool.add(Release(deviceID: "", containerID: "c1", interfaceName: "eth0"))
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<3 { group.addTask { try service.drainReleases() } }
                    group.addTask { _ = try await attach(fixture.request(0, "c1")) }
                    try await group.waitForAll()
                }
                #expect(store.netdevs.first?.isWanted == true)
            }
        }
    }

    @Test func `a port nobody knows is removed`() async throws {
        let id = ObjectName.portID(node: "node-a", function: "\(try fixture.function(3))")
        card.addStray(id)
        card.addStray("nd000000000000")
        queue.add(.inventory)
        try await run {
            try await until { card.ports == [ObjectName.portPrefix + "nd000000000000"] }
            try await until { store.netdevs.isEmpty }
        }
    }

    @Test(arguments: [
        ("0000:3b:00.9", StatusCode.invalidArgument), ("", .invalidArgument),
        ("0000:ff:00.0", .notFound),
    ])
    func `a function that is not ours is refused`(id: String, code: StatusCode) async throws {
        var request = try fixture.request(0, "c1")
        request.deviceID = id
        let attaching = request
        let error = await #expect(throws: Status.self) {
            _ = try await attach(attaching)
        }
        #expect(error?.code == code)
        var allocation = AllocateRequest()
        allocation.resourceName = "opi.example.com/blue"
        allocation.deviceIDs = [id]
        #expect(throws: Status.self) { _ = try service.allocate(allocation) }
        #expect(store.netdevs.isEmpty)
    }

    @Test func `a request that says too little is refused`() async throws {
        var requests = try (0..<3).map { _ in try fixture.request(0, "c1") }
        requests[0].macAddress = [2, 0]
        requests[1].containerID = ""
        requests[2].interfaceName = ""
        for request in requests {
            let error = await #expect(throws: Status.self) {
                _ = try await attach(request)
            }
            #expect(error?.code == .invalidArgument)
        }
        var allocation = AllocateRequest()
        allocation.resourceName = "opi.example.com/green"
        allocation.deviceIDs = ["0000:3b:00.0"]
        let error = #expect(throws: Status.self) { _ = try service.allocate(allocation) }
        #expect(
            error?.message == "function 0000:3b:00.0 belongs to blue, not opi.example.com/green"
        )
    }
}
