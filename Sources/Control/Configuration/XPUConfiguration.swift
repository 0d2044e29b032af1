// SPDX-License-Identifier: Apache-2.0

import JSON

/// What the agent of one card is told.
public struct XPUConfiguration: Hashable, Sendable {
    /// The name of the card's XPU resource.
    public var xpu: String

    /// Who this agent is among those that may serve the card; the host name by default.
    public var identity: String

    /// The card's OPI server.
    public var opi: NodeConfiguration.OPIServer

    /// The cluster that has the card's Netdevs.
    public var cluster: ClusterOptions

    /// How often the agent says that it lives, and for how long that is believed.
    public var heartbeat: Heartbeat

    /// The agent's own state, on a file system that a reboot empties.
    public var runDirectory: String

    /// The Lease by which others judge whether the card is served.
    public struct Heartbeat: Hashable, Sendable {
        /// Time between two signs of life.
        public var interval: Duration
        /// Time without one after which the card counts as gone, in seconds; above the interval.
        public var durationSeconds: Int
    }
}

extension XPUConfiguration {
    /// Where the file is unless a flag says otherwise.
    public static let defaultPath = "/etc/opi-xpu/xpu-agent.yaml"

    /// Reads and checks the file at `path`.
    public init(contentsOf path: String) throws(ConfigurationError) {
        self = try ConfigurationFile.read(path) { root throws(JSONShapeError) in
            try XPUConfiguration(root)
        }
    }

    init(_ root: JSONNode) throws(JSONShapeError) {
        try root.allow(["version", "xpu", "identity", "opi", "kubernetes", "heartbeat", "paths"])
        _ = try root.required("version").integer(in: 1...1)
        xpu = try root.required("xpu").text()
        identity = try ConfigurationFile.name("identity", in: root)
        opi = try NodeConfiguration.OPIServer(root.required("opi"))
        cluster = try ClusterOptions(root.required("kubernetes"))
        heartbeat = try Heartbeat(root.optional("heartbeat"))
        let paths = try root.optional("paths")
        try paths?.allow(["run"])
        runDirectory =
            try paths?.optional("run")?.parsed(as: "an absolute path") {
                $0.hasPrefix("/") ? $0 : nil
            } ?? "/run/opi-xpu-agent"
    }
}

extension XPUConfiguration.Heartbeat {
    init(_ node: JSONNode?) throws(JSONShapeError) {
        try node?.allow(["intervalSeconds", "durationSeconds"])
        let seconds = try node?.optional("intervalSeconds")?.integer(in: 1...300) ?? 10
        let duration = try node?.optional("durationSeconds")
        durationSeconds = try duration?.integer(in: 2...3600) ?? 4 * seconds
        interval = .seconds(seconds)
        guard durationSeconds > seconds else {
            throw .invalid(
                path: "heartbeat.durationSeconds",
                value: "\(durationSeconds)",
                expected: "more than intervalSeconds, \(seconds)"
            )
        }
    }
}
