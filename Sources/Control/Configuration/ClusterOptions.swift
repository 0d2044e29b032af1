// SPDX-License-Identifier: Apache-2.0

import JSON

/// How an agent reaches the API server that has its resources.
public struct ClusterOptions: Hashable, Sendable {
    /// A kubeconfig; nil for the account that the kubelet gives a pod.
    public var kubeconfig: String?

    /// Further ways to the API server, `https://host:port`, tried in order when one cannot be
    /// reached; usually none.
    public var servers: [String]

    /// The namespace of the Netdevs, the Leases and the agents.
    public var namespace: String

    /// Everything is looked at this often, though nothing has changed.
    public var resyncInterval: Duration

    /// Options as in a file.
    public init(
        kubeconfig: String?,
        servers: [String] = [],
        namespace: String,
        resyncInterval: Duration
    ) {
        self.kubeconfig = kubeconfig
        self.servers = servers
        self.namespace = namespace
        self.resyncInterval = resyncInterval
    }

    init(_ node: JSONNode) throws(JSONShapeError) {
        try node.allow(["kubeconfig", "servers", "namespace", "resyncSeconds"])
        kubeconfig = try node.optional("kubeconfig")?.parsed(as: "an absolute path") {
            $0.hasPrefix("/") ? $0 : nil
        }
        servers = []
        for server in try node.optional("servers")?.elements() ?? [] {
            servers.append(
                try server.parsed(as: "https://host:port") {
                    $0.hasPrefix("https://") || $0.hasPrefix("http://") ? $0 : nil
                }
            )
        }
        namespace = try node.optional("namespace")?.text() ?? "opi-xpu"
        let resync = try node.optional("resyncSeconds")?.integer(in: 1...3600) ?? 60
        resyncInterval = .seconds(resync)
    }
}
