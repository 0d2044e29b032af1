// SPDX-License-Identifier: Apache-2.0

import Attachment
public import Configuration
import Connections
import Devices
import GRPC
import Kernel
public import Logging
import PCI
import Reconcile
import RPC

/// Advertises the functions of a node to its kubelet.
public struct Plugin: Sendable {
    private let configuration: NodeConfiguration
    private let log: Logger

    /// Sysfs is looked at this often.
    private static let scanInterval = Duration.seconds(1)

    /// A plugin for one node; nothing happens until ``run()``.
    public init(_ configuration: NodeConfiguration, log: Logger) {
        self.configuration = configuration
        self.log = log
    }

    /// Serves every advertised network until the task is cancelled.
    ///
    /// The pools are those of the configuration, or in a cluster those that the host agent names,
    /// beginning with what it named last.
    ///
    /// - Throws: one sentence for the operator when it cannot start.
    public func run() async throws {
        let hostAgent = Channel(.unix(path: configuration.paths.hostAgentSocket))
        try await withThrowingTaskGroup(of: Void.self) { group in
            switch configuration.topology {
            case .standalone:
                let pools = FunctionPool.pools(of: configuration)
                guard !pools.isEmpty else { throw PluginError.nothingToAdvertise }
                group.addTask { try await serve(Board(pools), hostAgent) }
            case .cluster:
                let source = PoolSource(
                    hostAgent,
                    saved: SavedPools(runDirectory: configuration.paths.run),
                    log: log
                )
                group.addTask { await source.run() }
                group.addTask { try await serve(source.pools, hostAgent) }
            }
            try await group.next()
            group.cancelAll()
        }
        await hostAgent.close()
    }

    /// Serves whatever pools are on the board; a network has one at a time.
    private func serve(_ pools: Board<[FunctionPool]>, _ hostAgent: Channel) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            var networks: Set<String> = []
            await pools.follow { all in
                for pool in all where networks.insert(pool.network).inserted {
                    group.addTask { try await serve(network: pool.network, of: pools, hostAgent) }
                }
            }
            try await group.waitForAll()
        }
    }

    /// Serves the pool of one network, anew whenever it becomes another one.
    private func serve(
        network: String,
        of pools: Board<[FunctionPool]>,
        _ hostAgent: Channel
    ) async throws {
        while !Task.isCancelled {
            let pool = pools.value.first { $0.network == network }
            try await withThrowingTaskGroup(of: Void.self) { group in
                if let pool { group.addTask { try await serve(pool, hostAgent) } }
                group.addTask {
                    await pools.wait { all in all.first { $0.network == network } != pool }
                }
                try await group.next()
                group.cancelAll()
            }
        }
    }

    private func serve(_ pool: FunctionPool, _ hostAgent: Channel) async throws {
        let tree = SysfsTree(root: configuration.paths.sysfs)
        let board = Board(pool.states(in: tree))
        let directory = configuration.paths.devicePlugins
        let registration = Registration(pool: pool, directory: directory, log: log)
        let plugin = PluginServer(
            pool: pool,
            board: board,
            hostAgent: hostAgent,
            spool: try Spool(runDirectory: configuration.paths.run),
            log: log
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await scan(pool, tree, board) }
            group.addTask { try await keepServing(plugin, registration, in: directory) }
            try await group.next()
            group.cancelAll()
        }
    }

    private func scan(
        _ pool: FunctionPool,
        _ tree: SysfsTree,
        _ board: Board<[FunctionState]>
    ) async throws {
        while true {
            try await Task.sleep(for: Self.scanInterval)
            guard board.post(pool.states(in: tree)) else { continue }
            let healthy = board.value.filter(\.isPresent).count
            log.notice(
                "functions changed",
                metadata: ["resource": "\(pool.resourceName)", "healthy": "\(healthy)"]
            )
        }
    }

    /// Serves anew whenever the kubelet has removed the socket, which it does when it starts.
    private func keepServing(
        _ plugin: PluginServer,
        _ registration: Registration,
        in directory: String
    ) async throws {
        let socket = "\(directory)/\(plugin.pool.socketName)"
        while !Task.isCancelled {
            try await withThrowingTaskGroup(of: Void.self) { group in
                let (listening, started) = AsyncStream.makeStream(of: Void.self)
                group.addTask {
                    var options = ServerOptions()
                    options.listen.peerUser = 0
                    let services = plugin.makeServices()
                    try await Server.run(services, on: .unix(path: socket), options: options) { _ in
                        started.finish()
                    }
                }
                group.addTask {
                    for await _ in listening {}
                    async let _ = register(registration)
                    try await untilGone(socket)
                }
                try await group.next()
                group.cancelAll()
            }
            registration.forget()
        }
    }

    private func register(_ registration: Registration) async {
        let queue = KeyQueue<Registration.Key>()
        queue.add(.kubelet)
        let backoff = Backoff(base: .milliseconds(100), ceiling: .seconds(5))
        let controller = Controller(registration, queue: queue, backoff: backoff) {
            [log] _, status, delay in
            log.warning(
                "registration failed",
                metadata: ["error": "\(status)", "again": "\(delay)"]
            )
        }
        await controller.run()
    }

    private func untilGone(_ socket: String) async throws {
        while try Files.exists(socket) {
            try await Task.sleep(for: .milliseconds(250))
        }
    }
}

/// Why the device plugin does not start.
public enum PluginError: Error, Hashable, Sendable, CustomStringConvertible {
    /// No network of the configuration has a resource name.
    case nothingToAdvertise

    /// One sentence for the operator.
    public var description: String {
        switch self {
        case .nothingToAdvertise: "no network of the configuration has a resourceName"
        }
    }
}
