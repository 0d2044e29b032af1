// SPDX-License-Identifier: Apache-2.0

public import Configuration
import Informers
import Connections
import GRPC
import Kernel
import Kubernetes
public import Logging
import OPI
import RPC
import Reconcile
import Records
import Resources
public import Telemetry

/// The agent of one card: turns Netdevs into calls of its OPI server and says what became of them.
public struct Agent: Sendable {
    private let configuration: XPUConfiguration
    private let metrics: MetricRegistry
    private let log: Logger

    /// The controller's name in metrics.
    private static let controller = "netdev"

    /// How long passes over the card may take to end.
    private static let grace = Duration.seconds(5)

    /// An agent for one card, which counts in `metrics`; nothing happens until ``run()``.
    public init(_ configuration: XPUConfiguration, metrics: MetricRegistry, log: Logger) {
        self.configuration = configuration
        self.metrics = metrics
        self.log = log
    }

    /// Serves the card until `stop` returns or the task is cancelled.
    ///
    /// Order of the start: the lock, the Lease, then informers and controller. Of the end: the
    /// passes under way, which come to their own end, the Lease, the connections. The Lease is let
    /// go only after `stop`: a cancelled task makes no requests.
    ///
    /// - Throws: one sentence for the operator when it cannot start.
    public func run(until stop: @escaping @Sendable () async -> Void) async throws {
        let run = configuration.runDirectory
        try Files.makeDirectory(run, mode: 0o755, parents: true)
        let lock = try acquireLock(run)
        let access = try ClusterAccess(
            kubeconfig: configuration.cluster.kubeconfig,
            servers: configuration.cluster.servers
        )
        let client = try APIClient(
            access,
            userAgent: "opi-xpu-xpu-agent",
            observer: APIClientObserver(log, metrics, access.server)
        )
        let channel = Channel(configuration.opi.server)
        log.info(
            "starting",
            metadata: [
                "xpu": "\(configuration.xpu)", "opi": "\(configuration.opi.server)",
                "server": "\(client.server)", "as": "\(access.source)",
            ]
        )
        let heartbeat = Heartbeat(
            client: client,
            key: ObjectKey(
                namespace: configuration.cluster.namespace,
                name: Lease.name(ofXPU: configuration.xpu)
            ),
            identity: configuration.identity,
            options: configuration.heartbeat,
            log: log
        )
        let events = EventRecorder(client, component: "opi-xpu-xpu-agent", log: log)
        let isStopping = Board(false)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await events.run() }
            group.addTask {
                await stop()
                isStopping.post(true)
            }
            await serve(client, channel, heartbeat, events, until: isStopping)
            group.cancelAll()
        }
        await heartbeat.release()
        await channel.close()
        await client.close()
        withExtendedLifetime(lock) { _ in }
        log.info("stopped")
    }

    /// Works on the card whenever the Lease is ours, until told to stop or cancelled.
    private func serve(
        _ client: APIClient,
        _ channel: Channel,
        _ heartbeat: Heartbeat,
        _ events: EventRecorder,
        until isStopping: Board<Bool>
    ) async {
        while !isStopping.value {
            let lease = await withTaskGroup(of: Lease?.self) { group in
                group.addTask { await heartbeat.acquire() }
                group.addTask {
                    await isStopping.wait { $0 }
                    return nil
                }
                defer { group.cancelAll() }
                return await group.next() ?? nil
            }
            guard let lease else { return }
            await work(client, channel, heartbeat, lease, events, until: isStopping)
        }
    }

    /// Works on the card for as long as the Lease is ours.
    private func work(
        _ client: APIClient,
        _ channel: Channel,
        _ heartbeat: Heartbeat,
        _ lease: Lease,
        _ events: EventRecorder,
        until isStopping: Board<Bool>
    ) async {
        log.info("serving the card")
        let queue = KeyQueue<CardKey>(metrics: QueueMetrics(metrics, name: Self.controller))
        let book = AddressBook()
        let view = CardView(client, configuration, queue: queue, metrics: metrics, log: log)
        let gateway = EVPNGateway(channel, callTimeout: configuration.opi.callTimeout)
        let reconciler = NetdevReconciler(
            configuration,
            client: client,
            view: view,
            gateway: gateway,
            book: book,
            events: events,
            log: log
        )
        let backoff = Backoff(base: .milliseconds(50), ceiling: .seconds(5))
        let controller = Controller(
            reconciler,
            queue: queue,
            backoff: backoff,
            grace: Self.grace,
            metrics: ControllerMetrics(metrics, name: Self.controller)
        ) { [log] key, status, delay in
            log.warning(
                "the card is not as it should be",
                metadata: ["what": "\(key)", "error": "\(status)", "again": "\(delay)"]
            )
        }
        queue.add(.inventory)
        await withTaskGroup(of: End.self) { group in
            group.addTask {
                await view.run()
                return .ofWork
            }
            group.addTask {
                await controller.run()
                return .ofWork
            }
            group.addTask {
                await heartbeat.hold(lease)
                return .ofWork
            }
            group.addTask {
                await isStopping.wait { $0 }
                queue.close()
                return .ofNewPasses
            }
            while await group.next() == .ofNewPasses {}
            group.cancelAll()
        }
    }

    /// What a task of the work ends with itself.
    private enum End: Hashable, Sendable {
        /// No more passes begin; those under way end by themselves.
        case ofNewPasses
        /// All of it.
        case ofWork
    }

    private func acquireLock(_ run: String) throws -> FileLock {
        do throws(KernelError) {
            return try FileLock(run + "/xpu-agent.lock", deadline: .now)
        } catch .deadlineExceeded {
            throw AgentError.alreadyRunning(directory: run)
        }
    }
}

/// Why the xPU agent does not start.
public enum AgentError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Another one holds the run directory.
    case alreadyRunning(directory: String)

    /// One sentence for the operator.
    public var description: String {
        switch self {
        case .alreadyRunning(let directory): "another xPU agent is running on \(directory)"
        }
    }
}
