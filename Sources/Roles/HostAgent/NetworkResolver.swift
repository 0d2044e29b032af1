// SPDX-License-Identifier: Apache-2.0

import Addressing
package import Configuration
import PCI
package import Resources

/// What the DPUNetworks of a cluster add up to on one node.
package enum NetworkResolver: Sendable {
    /// The networks that select a node with these labels, each with the functions it has here.
    ///
    /// A function that two networks select belongs to the one of higher priority, then the older,
    /// then the first by name; so does a resource that two networks name.
    ///
    /// - Returns: also a sentence for each function or resource that a network lost.
    package static func resolve(
        _ networks: [DPUNetwork],
        labels: [String: String]
    ) -> (networks: [NetworkConfiguration], losses: [String]) {
        var owners: [PCIAddress: String] = [:]
        var resources: [String: String] = [:]
        var losses: [String] = []
        var resolved: [NetworkConfiguration] = []
        for network in networks.filter({ $0.selects(labels) }).sorted(by: { $0.outranks($1) }) {
            var devices: [PCIAddress] = []
            for device in network.spec.pciAddresses where !devices.contains(device) {
                if let owner = owners[device] {
                    losses.append("\(device) of \(network.metadata.name) belongs to \(owner)")
                } else {
                    owners[device] = network.metadata.name
                    devices.append(device)
                }
            }
            var configuration = NetworkConfiguration(network, devices: devices)
            if let resource = configuration.resourceName {
                let name = network.metadata.name
                if let owner = resources[resource] {
                    losses.append("\(resource) of \(name) belongs to \(owner)")
                    configuration.resourceName = nil
                } else {
                    resources[resource] = name
                }
            }
            resolved.append(configuration)
        }
        return (resolved.sorted { $0.name < $1.name }, losses)
    }
}

extension NetworkConfiguration {
    fileprivate init(_ network: DPUNetwork, devices: [PCIAddress]) {
        let spec = network.spec
        let subnets = spec.subnets.map { subnet in
            Subnet(
                prefix: subnet.cidr.canonical,
                gateway: subnet.gateway,
                exclude: subnet.exclude
            )
        }
        self.init(
            name: network.metadata.name,
            resourceName: spec.resourceName,
            vlan: spec.vlan,
            vni: spec.vni,
            mtu: spec.mtu,
            subnets: subnets,
            routes: spec.routes.map { routes in
                routes.map { Route(destination: $0.destination, gateway: $0.gateway) }
            },
            devices: devices
        )
    }
}
