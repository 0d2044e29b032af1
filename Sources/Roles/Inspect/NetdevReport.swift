// SPDX-License-Identifier: Apache-2.0

import Addressing
import JSON
import Kernel
public import Kubernetes
package import Resources

/// What the cluster says of Netdevs and cards.
public struct NetdevQuestion: Sendable {
    private let client: APIClient
    private let namespace: String
    private let node: String?

    /// A question about the Netdevs of `namespace`, of one node if it is named.
    public init(_ client: APIClient, namespace: String, node: String?) {
        self.client = client
        self.namespace = namespace
        self.node = node
    }

    /// Asks.
    ///
    /// - Throws: ``Kubernetes/APIError``.
    public func answer() async throws(APIError) -> Report {
        let labels = node.map { [Labels.node: Labels.hash($0)] } ?? [:]
        let scope = ListScope(namespace: namespace, labels: labels)
        let netdevs = try await client.list(Netdev.self, in: scope)
        let xpus = try await client.list(XPU.self, in: ListScope())
        let cards = xpus.objects.filter { node == nil || $0.spec.hostNode == node }
        var leases: [String: Lease] = [:]
        for xpu in cards {
            let name = xpu.metadata.name
            let key = ObjectKey(namespace: namespace, name: Lease.name(ofXPU: name))
            do throws(APIError) {
                leases[name] = try await client.get(Lease.self, key)
            } catch {
                guard error.isNotFound else { throw error }
            }
        }
        let facts = NetdevFacts(
            netdevs: netdevs.objects,
            unreadable: netdevs.unreadable + xpus.unreadable,
            xpus: cards,
            leases: leases,
            now: Timestamp(unixNanoseconds: Int64(clamping: Clocks.realtimeNanoseconds))
        )
        return facts.report
    }
}

/// The facts behind the answer.
package struct NetdevFacts: Sendable {
    private let netdevs: [Netdev]
    private let unreadable: [String]
    private let xpus: [XPU]
    private let leases: [String: Lease]
    private let now: Timestamp

    package init(
        netdevs: [Netdev],
        unreadable: [String],
        xpus: [XPU],
        leases: [String: Lease],
        now: Timestamp
    ) {
        self.netdevs = netdevs.sorted { $0.metadata.name < $1.metadata.name }
        self.unreadable = unreadable
        self.xpus = xpus.sorted { $0.metadata.name < $1.metadata.name }
        self.leases = leases
        self.now = now
    }

    package var report: Report {
        let objects = JSONValue.object([
            "netdevs": .array(netdevs.map(\.json)), "xpus": .array(xpus.map(\.json)),
        ])
        return Report(text: table + "\n" + cards + troubles, json: objects)
    }

    private var table: String {
        var table = TextTable([
            "NODE", "FUNCTION", "NETWORK", "POD", "INTERFACE", "ADDRESSES", "PHASE", "REASON",
            "AGE",
        ])
        for netdev in netdevs {
            let spec = netdev.spec
            table.add([
                spec.nodeName, "\(spec.pciAddress)", spec.networkRef,
                spec.podRef.map { "\($0.namespace)/\($0.name)" } ?? "", spec.ifName ?? "",
                netdev.status.ips.map(\.description).joined(separator: ","),
                netdev.isDeleting ? "Deleting" : netdev.status.phase?.rawValue ?? "",
                netdev.status.conditions[Condition.ready]?.reason ?? "",
                age(of: netdev.metadata.creationTimestamp),
            ])
        }
        return table.text
    }

    private var cards: String {
        var table = TextTable(["XPU", "HOST", "OPI SERVER", "READY", "AGENT", "RENEWED"])
        for xpu in xpus {
            let lease = leases[xpu.metadata.name]?.spec
            let holder = lease?.holderIdentity ?? ""
            // By two computers' clocks, so it is an estimate.
            let renewed = lease?.renewTime.map { "about \(age(of: $0)) ago" } ?? "never"
            table.add([
                xpu.metadata.name, xpu.spec.hostNode, xpu.status.opiServer ?? "",
                xpu.status.conditions[Condition.ready]?.status.rawValue ?? "", holder,
                holder.isEmpty ? "nobody serves the card" : renewed,
            ])
        }
        return table.text
    }

    /// A line for each thing that a person must look at.
    private var troubles: String {
        var lines = unreadable
        for netdev in netdevs {
            guard let ready = netdev.status.conditions[Condition.ready], ready.status != .yes
            else { continue }
            lines.append("\(netdev.metadata.name): \(ready.message)")
        }
        for xpu in xpus {
            guard let ready = xpu.status.conditions[Condition.ready], ready.status != .yes
            else { continue }
            lines.append("XPU \(xpu.metadata.name): \(ready.message)")
        }
        return lines.isEmpty ? "" : "\n" + lines.map { TextTable.plain($0) + "\n" }.joined()
    }

    private func age(of text: String) -> String {
        guard let time = Timestamp(text) else { return "" }
        return Age.text(
            seconds: now.unixNanoseconds / 1_000_000_000 - time.unixNanoseconds / 1_000_000_000
        )
    }
}
