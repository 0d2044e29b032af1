// SPDX-License-Identifier: Apache-2.0

import Connections
import Kernel
public import Logging
import RPC

/// Where the stand-in finds and keeps everything.
public struct NodeAgentOptions: Hashable, Sendable {
    /// Its own folder: records of pods, and the control socket `kubelet.sock`.
    public var state: String
    /// The folder where device plugins register.
    public var devicePlugins: String
    /// The pod resources socket.
    public var podResources: String
    /// The folder of the networks, `NAME.json`.
    public var networks: String
    /// The folder of the CNI plugins.
    public var cniPlugins: String
    /// The beginning of the pods' namespaces' names; below `/run/netns` unless it is a path.
    public var namespacePrefix: String
    /// The node's name, for the log.
    public var node: String

    /// Options, all of which matter.
    public init(
        state: String,
        devicePlugins: String,
        podResources: String,
        networks: String,
        cniPlugins: String,
        namespacePrefix: String,
        node: String
    ) {
        self.state = state
        self.devicePlugins = devicePlugins
        self.podResources = podResources
        self.networks = networks
        self.cniPlugins = cniPlugins
        self.namespacePrefix = namespacePrefix
        self.node = node
    }

    /// The control socket of a stand-in with this state folder.
    public static func socket(state: String) -> String { "\(state)/kubelet.sock" }
}

/// A kubelet, a container runtime and Multus as far as device plugins and CNI plugins see them.
public struct NodeAgent: Sendable {
    private let options: NodeAgentOptions
    private let log: Logger

    private static let lockPatience = Duration.seconds(5)

    /// A stand-in for one node; nothing happens until ``run(onListening:)``.
    public init(_ options: NodeAgentOptions, log: Logger) {
        self.options = options
        var log = log
        log[metadataKey: "node"] = "\(options.node)"
        self.log = log
    }

    /// Serves until the task is cancelled; running pods stay.
    ///
    /// `onListening` is called once, with the control socket, when all three sockets listen.
    ///
    /// - Throws: one sentence for the operator when it cannot start.
    public func run(onListening: @escaping @Sendable (String) -> Void) async throws {
        try Files.makeDirectory(options.state, mode: 0o700, parents: true)
        // Two on one folder would give the same device to two pods.
        let lock = try FileLock(
            "\(options.state)/lock",
            deadline: .after(Self.lockPatience)
        )
        let table = try PodTable(PodStore(state: options.state))
        let devices = try DeviceManager(
            folder: options.devicePlugins,
            podUIDs: Set(table.records.map(\.uid)),
            log: log
        )
        let pods = Pods(
            table: table,
            devices: devices,
            networks: Networks(folder: options.networks),
            plugins: CNIPlugins(folder: options.cniPlugins),
            namespacePrefix: try namespacePrefix(),
            log: log
        )
        try await serve(pods, onListening)
        withExtendedLifetime(lock) { _ in }
    }

    private func namespacePrefix() throws -> String {
        guard !options.namespacePrefix.hasPrefix("/") else { return options.namespacePrefix }
        try Files.makeDirectory("/run/netns", parents: true)
        return "/run/netns/\(options.namespacePrefix)"
    }

    private func serve(
        _ pods: Pods,
        _ onListening: @escaping @Sendable (String) -> Void
    ) async throws {
        var access = ServerOptions()
        access.methodsBlock = true
        access.listen.peerUser = 0
        let socket = NodeAgentOptions.socket(state: options.state)
        var services = pods.control
        try services.addTools(describing: [PodsDescriptor.bytes])
        let control = try await Server.bind(.unix(path: socket), services, options: access)
        let resources = try await Server.bind(
            .unix(path: options.podResources),
            pods.resources,
            options: access
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await control.run() }
            group.addTask { await resources.run() }
            group.addTask { await pods.run() }
            group.addTask { try await pods.devices.run { onListening(socket) } }
            try await group.next()
            group.cancelAll()
        }
    }
}
