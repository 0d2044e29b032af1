// SPDX-License-Identifier: Apache-2.0

import Addressing
public import Connections
import JSON
import Kernel
import PCI
import YAML

/// What the agents of one node are told: one file that host agent and device plugin share.
public struct NodeConfiguration: Hashable, Sendable {
    /// This node's name, unique among the nodes that share an OPI server; the host name by default.
    public var node: String

    /// Who programs the card.
    public var topology: Topology

    /// Where things are on this machine.
    public var paths: Paths

    /// How the netdev of a function is recognised.
    public var functionIdentity: FunctionIdentityKind

    /// Who programs the card, and who says what pods can be attached to.
    public enum Topology: Hashable, Sendable {
        /// The host agent itself, by this file.
        case standalone(OPIServer, [NetworkConfiguration])
        /// The xPU agent, by the resources of a cluster.
        case cluster(ClusterOptions)
    }

    /// The OPI server and how patient to be with it.
    public struct OPIServer: Hashable, Sendable {
        /// Where it listens.
        public var server: Endpoint
        /// One call is given up after this long.
        public var callTimeout: Duration
        /// Ports are compared with the server's this often, though nothing changed.
        public var resyncInterval: Duration
    }

    /// Where things are on this machine.
    public struct Paths: Hashable, Sendable {
        /// The agents' state, on a file system that a reboot empties.
        public var run: String
        /// Where sysfs is mounted.
        public var sysfs: String
        /// The kubelet's device plugin directory.
        public var devicePlugins: String

        /// The host agent's socket.
        public var hostAgentSocket: String { run + "/host-agent.sock" }
    }

    /// How the netdev of a function is recognised.
    public enum FunctionIdentityKind: String, Hashable, Sendable, CaseIterable {
        /// By the parent device that the kernel reports: every real card.
        case parent
        /// By the link's alias, which must be the PCI address: veth pairs of a sandbox.
        case alias
    }
}

extension NodeConfiguration {
    /// Where the file is unless a flag says otherwise: `config.yaml` in `directory`, or
    /// `config.json` where there is only that.
    ///
    /// - Throws: ``ConfigurationError/unreadable(path:_:)`` when nobody can tell.
    public static func defaultPath(
        in directory: String = "/etc/opi-xpu"
    ) throws(ConfigurationError) -> String {
        let yaml = directory + "/config.yaml"
        let json = directory + "/config.json"
        do {
            if try Files.exists(yaml) { return yaml }
            return try Files.exists(json) ? json : yaml
        } catch {
            throw .unreadable(path: yaml, error)
        }
    }

    /// Reads and checks the file at `path`, YAML or JSON.
    public init(contentsOf path: String) throws(ConfigurationError) {
        self = try ConfigurationFile.read(path) { root throws(JSONShapeError) in
            try NodeConfiguration(root)
        }
    }

    init(_ root: JSONNode) throws(JSONShapeError) {
        try root.allow([
            "version", "node", "opi", "paths", "functionIdentity", "networks", "kubernetes",
        ])
        _ = try root.required("version").integer(in: 1...1)
        node = try ConfigurationFile.name("node", in: root)
        paths = try Paths(root.optional("paths"))
        let kinds = FunctionIdentityKind.allCases.map(\.rawValue).joined(separator: " or ")
        functionIdentity =
            try root.optional("functionIdentity")?
            .parsed(as: kinds, FunctionIdentityKind.init(rawValue:)) ?? .parent
        if let cluster = try root.optional("kubernetes") {
            for key in ["opi", "networks"] where try root.optional(key) != nil {
                throw .invalid(path: key, value: "…", expected: "used together with kubernetes")
            }
            topology = .cluster(try ClusterOptions(cluster))
            return
        }
        let opi = try OPIServer(root.required("opi"))
        var networks: [NetworkConfiguration] = []
        for node in try root.required("networks").elements() {
            networks.append(try NetworkConfiguration(node))
        }
        topology = .standalone(opi, networks)
        try checkNetworks(root)
    }

    /// The networks of this file, none when a cluster has them.
    public var networks: [NetworkConfiguration] {
        guard case .standalone(_, let networks) = topology else { return [] }
        return networks
    }

    /// The OPI server that the host agent drives, nil when the xPU agent does.
    public var opi: OPIServer? {
        guard case .standalone(let opi, _) = topology else { return nil }
        return opi
    }

    /// Names, resources, devices and subnets belong to one network each.
    private func checkNetworks(_ root: JSONNode) throws(JSONShapeError) {
        var names: Set<String> = []
        var devices: Set<String> = []
        var subnets: [IPPrefix] = []
        for (index, network) in networks.enumerated() {
            let path = "networks[\(index)]"
            let resource = network.resourceName.map { [$0] } ?? []
            for name in [network.name] + resource where !names.insert(name).inserted {
                throw .invalid(path: path, value: "\"\(name)\"", expected: "used only once")
            }
            for device in network.devices where !devices.insert(device.description).inserted {
                let path = path + ".deviceSelector.pciAddresses"
                throw .invalid(path: path, value: "\"\(device)\"", expected: "in one network only")
            }
            for subnet in network.subnets {
                if let other = subnets.first(where: { $0.overlaps(subnet.prefix) }) {
                    let expected = "apart from \(other)"
                    let value = "\"\(subnet.prefix)\""
                    throw .invalid(path: path + ".ipam", value: value, expected: expected)
                }
                subnets.append(subnet.prefix)
            }
        }
    }
}

extension NodeConfiguration.OPIServer {
    private static func endpoint(_ text: String) -> Endpoint? {
        do {
            return try Endpoint(parsing: text)
        } catch {
            return nil  // the caller tells what is expected, and where
        }
    }

    init(_ node: JSONNode) throws(JSONShapeError) {
        try node.allow(["server", "callTimeoutSeconds", "resyncSeconds"])
        server = try node.required("server").parsed(as: "host:port or unix:/path") {
            Self.endpoint($0)
        }
        let timeout = try node.optional("callTimeoutSeconds")?.integer(in: 1...60) ?? 5
        let resync = try node.optional("resyncSeconds")?.integer(in: 1...3600) ?? 60
        callTimeout = .seconds(timeout)
        resyncInterval = .seconds(resync)
    }
}

extension NodeConfiguration.Paths {
    init(_ node: JSONNode?) throws(JSONShapeError) {
        try node?.allow(["run", "sysfs", "devicePlugins"])
        run = try Self.path(node, "run") ?? "/run/opi-xpu"
        sysfs = try Self.path(node, "sysfs") ?? "/sys"
        devicePlugins =
            try Self.path(node, "devicePlugins") ?? "/var/lib/kubelet/device-plugins"
    }

    private static func path(_ node: JSONNode?, _ key: String) throws(JSONShapeError) -> String? {
        try node?.optional(key)?.parsed(as: "an absolute path") { $0.hasPrefix("/") ? $0 : nil }
    }
}
