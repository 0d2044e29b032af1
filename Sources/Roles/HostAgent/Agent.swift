// SPDX-License-Identifier: Apache-2.0

import Attachment
public import Configuration
import Connections
import GRPC
import HostAPI
import Kernel
public import Logging
import OPI
import PCI
import RPC
import Reconcile
public import Telemetry

/// The host agent of one node.
///
/// Without a Kubernetes API it drives the OPI server itself; in a cluster it writes Netdevs, and
/// the card's own agent does.
public struct Agent: Sendable {
    let configuration: NodeConfiguration
    let metrics: MetricRegistry
    let log: Logger

    /// The controller's name in metrics.
    private static let controller = "function"

    /// Wishes that were left in files are looked for this often.
    private static let spoolInterval = Duration.seconds(1)

    /// An agent for one node, which counts in `metrics`; nothing happens until ``run()``.
    public init(_ configuration: NodeConfiguration, metrics: MetricRegistry, log: Logger) {
        self.configuration = configuration
        self.metrics = metrics
        self.log = log
    }

    /// Serves until the task is cancelled.
    ///
    /// Order of the start: the lock, the state, the controller, the socket. Of the end: no new
    /// calls, the ones under way, the controller, the connection to the card or the cluster.
    ///
    /// - Throws: one sentence for the operator when it cannot start.
    public func run() async throws {
        let run = configuration.paths.run
        try Files.makeDirectory(run, mode: 0o755, parents: true)
        let lock = try acquireLock(run)
        switch configuration.topology {
        case .standalone(let opi, let networks): try await runAlone(opi, networks)
        case .cluster(let options): try await runInCluster(options)
        }
        withExtendedLifetime(lock) { _ in }
        log.info("stopped")
    }

    private func runAlone(
        _ opi: NodeConfiguration.OPIServer,
        _ networks: [NetworkConfiguration]
    ) async throws {
        let channel = Channel(opi.server)
        let ports = CardPorts(
            node: configuration.node,
            opi: opi,
            networks: networks,
            gateway: EVPNGateway(channel, callTimeout: opi.callTimeout),
            log: log
        )
        let store = try openStore(networks, assignsAddresses: true)
        log.info("starting", metadata: ["opi": "\(opi.server)"])
        try await work(store, makeQueue(), ports, Board(networks)) {}
        await channel.close()
    }

    /// The Netdevs of this node, restored from the attachments' records where files are missing.
    func openStore(
        _ networks: [NetworkConfiguration],
        assignsAddresses: Bool
    ) throws -> NetdevStore {
        let run = configuration.paths.run
        let files = try NetdevFiles(directory: run + "/netdevs")
        let (netdevs, sentences) = try files.load(
            restoring: Journal(runDirectory: run).records().records,
            in: networks,
            now: FunctionReconciler.now
        )
        for sentence in sentences { log.error("\(sentence)") }
        return NetdevStore(netdevs, files: files, assignsAddresses: assignsAddresses)
    }

    /// Controller, spools and socket over these ports, and `background` beside them.
    func work(
        _ store: NetdevStore,
        _ queue: KeyQueue<PortKey>,
        _ ports: any PortKeeper,
        _ networks: Board<[NetworkConfiguration]?>,
        background: @escaping @Sendable () async throws -> Void
    ) async throws {
        let run = configuration.paths.run
        let journal = try Journal(runDirectory: run)
        let reconciler = FunctionReconciler(
            ports: ports,
            store: store,
            queue: queue,
            isAttached: { function throws(Status) in
                do throws(AttachmentError) {
                    return try journal.record(of: function) != nil
                } catch {
                    throw Status(.internalError, "the attachments cannot be read: \(error)")
                }
            },
            log: log
        )
        let service = HostAgentService(
            node: configuration.node,
            networks: NetworkDirectory { networks.value },
            ports: ports,
            store: store,
            queue: queue,
            releases: try ReleaseSpool(runDirectory: run),
            allocations: try Spool(runDirectory: run),
            finder: FunctionFinder(
                sysfs: configuration.paths.sysfs,
                usesAlias: configuration.functionIdentity == .alias
            ),
            log: log
        )
        queue.add(.inventory)
        for netdev in store.netdevs { queue.add(.function(netdev.function)) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await makeController(reconciler, queue).run() }
            group.addTask { try await drainSpools(service) }
            group.addTask { try await serve(service, networks) }
            group.addTask {
                try await background()
                try await Task.sleep(for: .seconds(Int64.max >> 1))
            }
            try await group.next()
            group.cancelAll()
        }
    }

    private func acquireLock(_ run: String) throws -> FileLock {
        do throws(KernelError) {
            return try FileLock(run + "/host-agent.lock", deadline: .now)
        } catch .deadlineExceeded {
            throw AgentError.alreadyRunning(directory: run)
        }
    }

    /// The queue of the controller, with its metrics.
    func makeQueue() -> KeyQueue<PortKey> {
        KeyQueue(metrics: QueueMetrics(metrics, name: Self.controller))
    }

    private func makeController(
        _ reconciler: FunctionReconciler,
        _ queue: KeyQueue<PortKey>
    ) -> Controller<FunctionReconciler> {
        let metrics = ControllerMetrics(metrics, name: Self.controller)
        return Controller(reconciler, queue: queue, metrics: metrics) { [log] key, status, delay in
            log.warning(
                "the card is not as it should be",
                metadata: ["what": "\(key)", "error": "\(status)", "again": "\(delay)"]
            )
        }
    }

    private func serve(
        _ service: HostAgentService,
        _ networks: Board<[NetworkConfiguration]?>
    ) async throws {
        var services = Services()
        services.handle(HostAgentMethods.allocate) { request, _ async throws(Status) in
            try service.allocate(request)
        }
        services.handle(HostAgentMethods.attach) { request, context async throws(Status) in
            try await service.attach(request, patience: context.timeRemaining)
        }
        services.handle(HostAgentMethods.detach) { request, _ async throws(Status) in
            try service.detach(request)
        }
        services.stream(HostAgentMethods.followPools) { _, writer, _ async throws(Status) in
            try await networks.follow { networks async throws(Status) in
                guard let networks else { return }
                try await writer.send(Pools(networks))
            }
        }
        try services.addTools(describing: [HostDescriptor.bytes])
        var options = ServerOptions()
        options.methodsBlock = true
        options.listen.peerUser = 0
        let socket = Endpoint.unix(path: configuration.paths.hostAgentSocket)
        try await Server.run(services, on: socket, options: options)
    }

    private func drainSpools(_ service: HostAgentService) async throws {
        while !Task.isCancelled {
            do throws(Status) {
                try service.drainReleases()
                try service.drainAllocations()
            } catch {
                log.warning("\(error)")
            }
            try await Task.sleep(for: Self.spoolInterval)
        }
    }
}

extension Pools {
    /// The networks that are advertised.
    fileprivate init(_ networks: [NetworkConfiguration]) {
        self.init()
        for network in networks {
            guard let resourceName = network.resourceName else { continue }
            var pool = Pool()
            pool.network = network.name
            pool.resourceName = resourceName
            pool.deviceIDs = network.devices.map(\.description)
            pools.append(pool)
        }
    }
}

/// Why the host agent does not start.
public enum AgentError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Another one holds the run directory.
    case alreadyRunning(directory: String)

    /// One sentence for the operator.
    public var description: String {
        switch self {
        case .alreadyRunning(let directory): "another host agent is running on \(directory)"
        }
    }
}
