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
import Reconcile
import RPC

/// The host agent of a node without a Kubernetes API: it drives the OPI server itself.
public struct Agent: Sendable {
    private let configuration: NodeConfiguration
    private let log: Logger

    /// Releases that a DEL left behind are looked for this often.
    private static let releaseInterval = Duration.seconds(1)

    /// An agent for one node; nothing happens until ``run()``.
    public init(_ configuration: NodeConfiguration, log: Logger) {
        self.configuration = configuration
        self.log = log
    }

    /// Serves until the task is cancelled.
    ///
    /// Order of the start: the lock, the state, the controller, the socket. Of the end: no new
    /// calls, the ones under way, the controller, the connection to the card.
    ///
    /// - Throws: one sentence for the operator when it cannot start.
    public func run() async throws {
        let run = configuration.paths.run
        try Files.makeDirectory(run, mode: 0o755, parents: true)
        let lock = try acquireLock(run)
        let files = try NetdevFiles(directory: run + "/netdevs")
        let (netdevs, sentences) = try files.load(
            restoring: Journal(runDirectory: run).records().records,
            in: configuration.networks,
            now: NetdevReconciler.now
        )
        for sentence in sentences { log.error("\(sentence)") }
        let store = NetdevStore(netdevs, files: files)
        let server = configuration.opi.server
        let channel = Channel(server)
        let queue = KeyQueue<NetdevReconciler.Key>()
        let reconciler = NetdevReconciler(
            configuration: configuration,
            gateway: EVPNGateway(channel, callTimeout: configuration.opi.callTimeout),
            store: store,
            queue: queue,
            log: log
        )
        let service = HostAgentService(
            configuration: configuration,
            store: store,
            queue: queue,
            releases: try ReleaseSpool(runDirectory: run),
            finder: FunctionFinder(
                sysfs: configuration.paths.sysfs,
                usesAlias: configuration.functionIdentity == .alias
            ),
            log: log
        )
        queue.add(.inventory)
        for netdev in netdevs { queue.add(.function(netdev.function)) }
        log.info("starting", metadata: ["netdevs": "\(netdevs.count)", "opi": "\(server)"])
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await makeController(reconciler, queue).run() }
            group.addTask { try await drainReleases(service) }
            group.addTask { try await serve(service) }
            try await group.next()
            group.cancelAll()
        }
        await channel.close()
        withExtendedLifetime(lock) { _ in }
        log.info("stopped")
    }

    private func acquireLock(_ run: String) throws -> FileLock {
        do throws(KernelError) {
            return try FileLock(run + "/host-agent.lock", deadline: .now)
        } catch .deadlineExceeded {
            throw AgentError.alreadyRunning(directory: run)
        }
    }

    private func makeController(
        _ reconciler: NetdevReconciler,
        _ queue: KeyQueue<NetdevReconciler.Key>
    ) -> Controller<NetdevReconciler> {
        Controller(reconciler, queue: queue) { [log] key, status, delay in
            log.warning(
                "the card is not as it should be",
                metadata: ["what": "\(key)", "error": "\(status)", "again": "\(delay)"]
            )
        }
    }

    private func serve(_ service: HostAgentService) async throws {
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
        var options = ServerOptions()
        options.listen.peerUser = 0
        let socket = Endpoint.unix(path: configuration.paths.hostAgentSocket)
        try await Server.run(services, on: socket, options: options)
    }

    private func drainReleases(_ service: HostAgentService) async throws {
        while !Task.isCancelled {
            do throws(Status) {
                try service.drainReleases()
            } catch {
                log.warning("\(error)")
            }
            try await Task.sleep(for: Self.releaseInterval)
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
