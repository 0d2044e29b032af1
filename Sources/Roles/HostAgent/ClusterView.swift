// SPDX-License-Identifier: Apache-2.0

import Configuration
import Informers
import JSON
import Kernel
import Kubernetes
import Logging
import PCI
import Reconcile
import Resources
import Synchronization
import Telemetry

/// What a cluster says of this node, kept current by informers.
final class ClusterView: Sendable {
    /// The Netdevs of this node.
    let netdevs: Informer<Netdev>

    /// What pods of this node can be attached to, nil until it is known.
    let networks: Board<[NetworkConfiguration]?>

    private let node: String
    private let options: ClusterOptions
    private let client: APIClient
    private let cache: ClusterCache
    private let log: Logger
    private let dpuNetworks: Informer<DPUNetwork>
    private let xpus: Informer<XPU>
    private let wake = Signal()
    private let card: Board<String?>
    private let state: Mutex<State>

    private struct State {
        var facts: ClusterFacts
        var lossesTold: [String] = []
        var life = LifeSigns()
        var lease: Informer<Lease>?
    }

    /// A view that begins with what the last one had saved; `onChange` names Netdevs that changed,
    /// and is given nil when all of them are known, for the first time or again.
    init(
        _ client: APIClient,
        node: String,
        options: ClusterOptions,
        cache: ClusterCache,
        metrics: MetricRegistry,
        log: Logger,
        onChange: @escaping @Sendable (ObjectKey?) -> Void
    ) {
        self.client = client
        self.node = node
        self.options = options
        self.cache = cache
        self.log = log
        let facts = cache.load(log)
        state = Mutex(State(facts: facts ?? ClusterFacts()))
        card = Board(facts?.xpu)
        networks = Board(
            facts.map { NetworkResolver.resolve($0.networks, labels: $0.labels).networks }
        )
        let labels = [Labels.node: Labels.hash(node)]
        let wake = wake
        netdevs = Informer(
            client,
            ListScope(namespace: options.namespace, labels: labels),
            metrics: metrics,
            onTrouble: { [tell = Informer<Netdev>.teller(log)] trouble in
                tell(trouble)
                if trouble == nil { onChange(nil) }
            },
            onChange: { onChange($0.key) }
        )
        dpuNetworks = Informer(
            client,
            ListScope(),
            metrics: metrics,
            onTrouble: Informer<DPUNetwork>.teller(log),
            onChange: { _ in wake.fire() }
        )
        xpus = Informer(
            client,
            ListScope(),
            metrics: metrics,
            onTrouble: Informer<XPU>.teller(log),
            onChange: { _ in wake.fire() }
        )
    }

    /// The name of this node's card.
    var xpu: String? { card.value }

    /// The DPUNetwork of that name.
    func network(named name: String) -> DPUNetwork? {
        state.withLock { $0.facts.networks.first { $0.metadata.name == name } }
    }

    /// Why the card's agent would not do anything now; nil when it would, or when that is being
    /// found out.
    var agentTrouble: String? {
        let (verdict, lease) = state.withLock { ($0.life.verdict(at: .now), $0.lease) }
        let reason = netdevs.trouble.map { " (\($0))" } ?? ""
        guard let xpu else {
            if xpus.isSynced { return "no XPU has the hostNode \(node)" }
            return xpus.trouble.map { "the card is not known yet (\($0))" }
        }
        switch verdict {
        case .alive: return nil
        case .neverSeen:
            // Right after the start it is worth a moment's wait.
            guard let lease, lease.isSynced || lease.trouble != nil else { return nil }
            return "the agent of XPU \(xpu) has not been seen yet\(reason)"
        case .silent(let time):
            let seconds = time.components.seconds
            return "the agent of XPU \(xpu) has given no sign of life for \(seconds) s\(reason)"
        }
    }

    /// Watches until the task is cancelled.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.netdevs.run() }
            group.addTask { await self.dpuNetworks.run() }
            group.addTask { await self.xpus.run() }
            group.addTask { await self.keepFacts() }
            group.addTask { await self.watchLease() }
            await group.waitForAll()
        }
    }

    /// Draws conclusions whenever something has changed, and looks at the node's labels now and
    /// then.
    private func keepFacts() async {
        var labels: [String: String]?
        var next = ContinuousClock.now
        while !Task.isCancelled {
            if labels == nil || .now >= next {
                labels = await nodeLabels() ?? labels
                next = .now + options.resyncInterval
            }
            if let labels, dpuNetworks.isSynced, xpus.isSynced { conclude(labels) }
            let pause = labels == nil ? .seconds(1) : options.resyncInterval
            await wake.wait(timeout: pause)
        }
    }

    /// The labels of this node, none when it is not registered; nil when they cannot be read.
    private func nodeLabels() async -> [String: String]? {
        do throws(APIError) {
            return try await client.get(Node.self, ObjectKey(name: node)).metadata.labels
        } catch {
            if error.isNotFound { return [:] }
            if !Task.isCancelled { log.warning("node", metadata: ["error": "\(error)"]) }
            return nil
        }
    }

    private func conclude(_ labels: [String: String]) {
        let name = xpus.objects.filter { $0.spec.hostNode == node }.map(\.metadata.name).min()
        let facts = ClusterFacts(networks: dpuNetworks.objects, labels: labels, xpu: name)
        let (resolved, losses) = NetworkResolver.resolve(facts.networks, labels: labels)
        let (isNew, told) = state.withLock { state in
            defer {
                state.facts = facts
                state.lossesTold = losses
            }
            return (state.facts != facts, state.lossesTold)
        }
        for loss in losses where !told.contains(loss) { log.warning("\(loss)") }
        if isNew { cache.save(facts, log) }
        card.post(name)
        networks.post(resolved)
    }

    /// Follows the Lease of this node's card, whichever that is.
    private func watchLease() async {
        while !Task.isCancelled {
            await card.wait { $0 != nil }
            guard let xpu else { continue }
            let key = ObjectKey(namespace: options.namespace, name: Lease.name(ofXPU: xpu))
            let informer = Informer<Lease>(
                client,
                ListScope(namespace: key.namespace, name: key.name),
                onTrouble: Informer<Lease>.teller(log),
                onChange: { [weak self] _ in self?.observeLease(key) }
            )
            state.withLock { state in
                state.lease = informer
                state.life = LifeSigns()
            }
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await informer.run() }
                await card.wait { $0 != xpu }
                group.cancelAll()
            }
        }
    }

    private func observeLease(_ key: ObjectKey) {
        state.withLock { state in
            state.life.observe(state.lease?.object(key), at: .now)
        }
    }
}
