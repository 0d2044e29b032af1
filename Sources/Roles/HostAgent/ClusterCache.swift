// SPDX-License-Identifier: Apache-2.0

import JSON
import Kernel
import Logging
import Resources

/// What was last known of the cluster's networks and this node's card.
struct ClusterFacts: Hashable, Sendable {
    /// All DPUNetworks.
    var networks: [DPUNetwork] = []
    /// The node's labels.
    var labels: [String: String] = [:]
    /// The card's name.
    var xpu: String?

    /// Facts about a cluster; the order of networks means nothing.
    init(networks: [DPUNetwork] = [], labels: [String: String] = [:], xpu: String? = nil) {
        self.networks = networks.sorted { $0.metadata.name < $1.metadata.name }
        self.labels = labels
        self.xpu = xpu
    }
}

/// The facts as a file, so that an agent that starts while the API server is away can work.
struct ClusterCache: Sendable {
    private let path: String

    /// The cache in an agent's run directory.
    init(runDirectory: String) {
        path = runDirectory + "/cluster.json"
    }

    /// What was saved; nil when there is nothing that can be used.
    func load(_ log: Logger) -> ClusterFacts? {
        do {
            guard try Files.exists(path) else { return nil }
            let root = JSONNode(try JSONValue(parsing: try Files.read(path, limit: 16 << 20)))
            var networks: [DPUNetwork] = []
            for node in try root.required("networks").elements() {
                networks.append(try DPUNetwork(node))
            }
            var labels: [String: String] = [:]
            for member in try root.required("labels").value.members?.members ?? [] {
                labels[member.key] = member.value.string
            }
            return ClusterFacts(
                networks: networks,
                labels: labels,
                xpu: try root.optional("xpu")?.text()
            )
        } catch {
            log.warning("what was saved of the cluster cannot be read: \(error)")
            return nil
        }
    }

    /// Saves the facts; a failure costs the next start the time until the cluster answers.
    func save(_ facts: ClusterFacts, _ log: Logger) {
        let labels = facts.labels.sorted { $0.key < $1.key }.map {
            JSONObject.Member(key: $0.key, value: .string($0.value))
        }
        let value: JSONValue = [
            "version": 1,
            "networks": .array(facts.networks.map(\.json)),
            "labels": .object(JSONObject(labels)),
            "xpu": facts.xpu.map { .string($0) } ?? .null,
        ]
        do throws(KernelError) {
            try Files.write(value.encoded(), to: path)
        } catch {
            log.warning("what is known of the cluster cannot be saved: \(error)")
        }
    }
}
