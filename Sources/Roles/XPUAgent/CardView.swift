// SPDX-License-Identifier: Apache-2.0

import Configuration
import Informers
import Kubernetes
import Logging
import Reconcile
import Resources
import Telemetry

/// What a cluster wants of this card, kept current by informers.
struct CardView: Sendable {
    /// The Netdevs of this card.
    let netdevs: Informer<Netdev>
    /// All networks.
    let networks: Informer<DPUNetwork>
    /// The card itself.
    let xpus: Informer<XPU>
    /// All blocks of addresses.
    let blocks: Informer<AddressBlock>

    private let name: String

    init(
        _ client: APIClient,
        _ configuration: XPUConfiguration,
        queue: KeyQueue<CardKey>,
        metrics: MetricRegistry,
        log: Logger
    ) {
        name = configuration.xpu
        let namespace = configuration.cluster.namespace
        let labels = [Labels.xpu: Labels.hash(configuration.xpu)]
        let byNetwork = Index<Netdev, String> { [$0.spec.networkRef] }
        let netdevs = Informer<Netdev>(
            client,
            ListScope(namespace: namespace, labels: labels),
            indexes: [byNetwork],
            metrics: metrics,
            onTrouble: Informer<Netdev>.teller(log),
            onChange: { queue.add(.netdev($0.key), priority: $0.priority) }
        )
        let all: @Sendable (Change<XPU>) -> Void = { change in
            for netdev in netdevs.objects {
                queue.add(.netdev(netdev.key), priority: change.priority)
            }
        }
        self.netdevs = netdevs
        networks = Informer(
            client,
            ListScope(),
            metrics: metrics,
            onTrouble: Informer<DPUNetwork>.teller(log),
            onChange: { change in
                for netdev in byNetwork[change.key.name] {
                    queue.add(.netdev(netdev.key), priority: change.priority)
                }
            }
        )
        xpus = Informer(
            client,
            ListScope(name: configuration.xpu),
            metrics: metrics,
            onTrouble: Informer<XPU>.teller(log),
            onChange: all
        )
        blocks = Informer(
            client,
            ListScope(),
            metrics: metrics,
            onTrouble: Informer<AddressBlock>.teller(log),
            onChange: { _ in }
        )
    }

    /// Whether everything was read at least once: before that nothing may be decided.
    var isSynced: Bool {
        netdevs.isSynced && networks.isSynced && xpus.isSynced && blocks.isSynced
    }

    /// This card's resource, nil when there is none.
    var xpu: XPU? { xpus.object(ObjectKey(name: name)) }

    /// The network of that name.
    func network(named name: String) -> DPUNetwork? { networks.object(ObjectKey(name: name)) }

    /// Watches until the task is cancelled.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await netdevs.run() }
            group.addTask { await networks.run() }
            group.addTask { await xpus.run() }
            group.addTask { await blocks.run() }
            await group.waitForAll()
        }
    }
}
