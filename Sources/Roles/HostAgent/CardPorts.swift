// SPDX-License-Identifier: Apache-2.0

package import Configuration
package import GRPC
package import OPI
package import PCI
package import Logging

/// Ports in the standalone topology: the host agent drives the OPI server itself.
package struct CardPorts: PortKeeper {
    private let node: String
    private let opi: NodeConfiguration.OPIServer
    private let networks: [NetworkConfiguration]
    private let gateway: EVPNGateway
    private let driver: PortDriver

    /// Ports of the networks `networks` on the server behind `gateway`.
    package init(
        node: String,
        opi: NodeConfiguration.OPIServer,
        networks: [NetworkConfiguration],
        gateway: EVPNGateway,
        log: Logger
    ) {
        self.node = node
        self.opi = opi
        self.networks = networks
        self.gateway = gateway
        driver = PortDriver(gateway) { port, step in
            log.debug("port", metadata: ["port": "\(port)", "step": "\(step)"])
        }
    }

    package func bring(_ netdev: NetdevRecord) async throws(Status) -> PortState {
        let id = ObjectName.portID(node: node, function: "\(netdev.function)")
        switch try await driver.bring(port: id, to: desiredPort(id, for: netdev)) {
        case .waiting(let text): return .waiting(text)
        case .settled: return netdev.isWanted ? .connected(nil) : .absent
        }
    }

    package func existing() async throws(Status) -> [(function: PCIAddress, network: String)]? {
        let existing = Set(try await gateway.portIDs())
        var found: [(function: PCIAddress, network: String)] = []
        for network in networks {
            for function in network.devices {
                let id = ObjectName.portID(node: node, function: "\(function)")
                if existing.contains(id) { found.append((function, network.name)) }
            }
        }
        return found
    }

    /// Nobody knows before the server is called.
    package func checkAvailable() throws(Status) {}

    package func pollInterval(sinceSeconds age: Int) -> Duration {
        PortDriver.pollInterval(sinceSeconds: age)
    }

    package var tellsHolders: Bool { false }
    package var resyncInterval: Duration { opi.resyncInterval }
    package var blame: String { "OPI server \(opi.server)" }

    private func desiredPort(
        _ id: String,
        for netdev: NetdevRecord
    ) throws(Status) -> DesiredPort? {
        guard netdev.isWanted else { return nil }
        guard let network = networks.first(where: { $0.name == netdev.network }) else {
            let text = "network \(netdev.network) is no longer in the configuration"
            throw Status(.failedPrecondition, text)
        }
        return DesiredPort(id: id, mac: netdev.mac, vlan: network.vlan, vni: network.vni)
    }
}
