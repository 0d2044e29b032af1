// SPDX-License-Identifier: Apache-2.0

import Configuration
import Kubernetes
import Logging
import PCI
import Reconcile
import Resources

extension Agent {
    /// Serves with the networks of a cluster, and writes its Netdevs.
    func runInCluster(_ options: ClusterOptions) async throws {
        let access = try ClusterAccess(
            kubeconfig: options.kubeconfig,
            servers: options.servers
        )
        let client = try APIClient(
            access,
            userAgent: "opi-xpu-host-agent",
            observer: APIClientObserver(log, metrics, access.server)
        )
        let queue = makeQueue()
        let cache = ClusterCache(runDirectory: configuration.paths.run)
        let saved = cache.load(log)
        let networks = saved.map {
            NetworkResolver.resolve($0.networks, labels: $0.labels).networks
        }
        let store = try openStore(networks ?? [], assignsAddresses: false)
        let node = configuration.node
        let view = ClusterView(
            client,
            node: node,
            options: options,
            cache: cache,
            metrics: metrics,
            log: log,
            onChange: { key in
                let functions = store.netdevs.map(\.function)
                guard let key else {
                    // Whatever failed while the server was away is tried at once.
                    for function in functions { queue.add(.function(function)) }
                    return
                }
                // A Netdev that we know nothing of is a stray.
                let function = functions.first { Netdev.name(node: node, function: $0) == key.name }
                queue.add(function.map { .function($0) } ?? .inventory)
            }
        )
        let ports = ClusterPorts(node: node, options: options, client: client, view: view)
        log.info("starting", metadata: ["server": "\(client.server)", "as": "\(access.source)"])
        try await work(store, queue, ports, view.networks) { await view.run() }
        await client.close()
    }
}
