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

/// The agent of one card: turns Netdevs into calls of its OPI server and says what became of them.
public struct Agent: Sendable {
    private let configuration: XPUConfiguration
    private let log: Logger

    /// An agent for one card; nothing happens until ``run()``.
    public init(_ configuration: XPUConfiguration, log: Logger) {
        self.configuration = configuration
        self.log = log
    }

    /// Serves the card until `stop` returns or the task is cancelled.
    ///
    /// Order of the start: the lock, the Lease, then informers and controller. Of the end: the
    /// passes under way, the Lease, the connections. The Lease is let go only after `stop`: a
    /// cancelled task makes no requests.
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
            observer: APIClientObserver(log)
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
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await serve(client, channel, heartbeat, events) }
            group.addTask { await events.run() }
            group.addTask { await stop() }
            await group.next()
            group.cancelAll()
        }
        await heartbeat.release()
        await channel.close()
        await client.close()
        withExtendedLifetime(lock) { _ in }
        log.info("stopped")
    }

    /// Works on the card whenever the Lease is ours, until the task is cancelled.
    private func serve(
        _ client: APIClient,
        _ channel: Channel,
        _ heartbeat: Heartbeat,
        _ events: EventRecorder
    ) async {
        while let lease = await heartbeat.acquire() {
            await work(client, channel, heartbeat, lease, events)
        }
    }

    /// Works on the card for as long as the Lease is ours.
    private func work(
        _ client: APIClient,
        _ channel: Channel,
        _ heartbeat: Heartbeat,
        _ lease: Lease,
        _ events: EventRecorder
    ) async {
        log.info("serving the card")
        let queue = KeyQueue<CardKey>()
        let book = AddressBook()
        let view = CardView(client, configuration, queue: queue, log: log)
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
        let controller = Controller(reconciler, queue: queue, backoff: backoff) {
            [log] key, status, delay in
            log.warning(
                "the card is not as it should be",
                metadata: ["what": "\(key)", "error": "\(status)", "again": "\(delay)"]
            )
        }
        queue.add(.inventory)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await view.run() }
            group.addTask { await controller.run() }
            group.addTask { await heartbeat.hold(lease) }
            await group.next()
            group.cancelAll()
        }
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
