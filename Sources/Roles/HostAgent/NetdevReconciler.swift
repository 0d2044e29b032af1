// SPDX-License-Identifier: Apache-2.0

package import Configuration
package import GRPC
import Kernel
package import Logging
package import OPI
package import PCI
package import Reconcile

/// Brings the card's ports to what the Netdevs say.
package struct NetdevReconciler: Reconciler {
    /// What a pass looks at.
    package enum Key: Hashable, Sendable, CustomStringConvertible {
        /// One function's port.
        case function(PCIAddress)
        /// All ports of the server: those of our functions that nobody knows are removed.
        case inventory

        package var description: String {
            switch self {
            case .function(let address): "port of \(address)"
            case .inventory: "inventory"
            }
        }
    }

    /// A function that was allocated and never attached is let go after this many seconds.
    static let allocationLifetime = 600

    let configuration: NodeConfiguration
    let gateway: EVPNGateway
    let store: NetdevStore
    let queue: KeyQueue<Key>
    let log: Logger

    package init(
        configuration: NodeConfiguration,
        gateway: EVPNGateway,
        store: NetdevStore,
        queue: KeyQueue<Key>,
        log: Logger
    ) {
        self.configuration = configuration
        self.gateway = gateway
        self.store = store
        self.queue = queue
        self.log = log
    }

    package func reconcile(_ key: Key) async throws(Status) -> Verdict {
        switch key {
        case .function(let address): try await reconcile(address)
        case .inventory: try await takeInventory()
        }
    }

    private func reconcile(_ function: PCIAddress) async throws(Status) -> Verdict {
        guard let netdev = store.look(at: function).netdev else { return .settled }
        do throws(Status) {
            return try await bring(netdev)
        } catch {
            store.report(.failed(error), for: netdev)
            throw error
        }
    }

    /// Observes, plans and takes steps until there is nothing to do but wait.
    private func bring(_ netdev: Netdev) async throws(Status) -> Verdict {
        if try expire(netdev) { return .again(after: .zero) }
        let desired = try desiredPort(for: netdev)
        let id = ObjectName.portID(node: configuration.node, function: "\(netdev.function)")
        var taken: [PortStep] = []
        while true {
            let observed = try await gateway.observe(port: id, vlan: desired?.vlan)
            let step = PortStep.next(desired: desired, observed: observed)
            log.debug("port", metadata: ["function": "\(netdev.function)", "step": "\(step)"])
            if step == taken.last { return wait("the server shows no effect yet", for: netdev) }
            if taken.contains(step) {
                throw Status(.failedPrecondition, "port \(id) is never as it was made: \(taken)")
            }
            taken.append(step)
            switch (step, desired) {
            case (.done, .some):
                store.report(.connected, for: netdev)
                return .again(after: configuration.opi.resyncInterval)
            case (.done, nil):
                try store.forget(netdev)
                return .settled
            case (.createBridge, let desired?): try await gateway.createBridge(for: desired)
            case (.createPort, let desired?): try await gateway.createPort(desired)
            case (.deletePort, _): try await gateway.deletePort(id)
            case (.conflict(let text), _): throw Status(.failedPrecondition, text)
            case (.wait(let text), _): return wait(text, for: netdev)
            case (.createBridge, nil), (.createPort, nil):
                preconditionFailure("nothing is made for a port nobody wants")
            }
        }
    }

    /// A text is logged once: most ports are polled a few times before they are up.
    private func wait(_ text: String, for netdev: Netdev) -> Verdict {
        let verdict = Verdict.again(after: Self.pollInterval(sinceSeconds: Self.now - netdev.since))
        if case .pending(text) = store.look(at: netdev.function).progress { return verdict }
        log.info("waiting for the card", metadata: ["what": "\(text)"])
        store.report(.pending(text), for: netdev)
        return verdict
    }

    /// Lets go of an allocation that no ADD followed: the pod was deleted before it started.
    private func expire(_ netdev: Netdev) throws(Status) -> Bool {
        let age = Self.now - netdev.since
        guard netdev.isWanted, netdev.holder == nil, age > Self.allocationLifetime else {
            return false
        }
        log.info("an allocation was never used", metadata: ["function": "\(netdev.function)"])
        try store.change { table throws(Status) in
            guard table.netdevs[netdev.function] == netdev else { return ((), []) }
            return ((), table.retire(netdev.function, now: Self.now).map { [$0] } ?? [])
        }
        return true
    }

    private func desiredPort(for netdev: Netdev) throws(Status) -> DesiredPort? {
        guard netdev.isWanted else { return nil }
        let network = configuration.networks.first { $0.name == netdev.network }
        guard let network else {
            let text = "network \(netdev.network) is no longer in the configuration"
            throw Status(.failedPrecondition, text)
        }
        return DesiredPort(
            id: ObjectName.portID(node: configuration.node, function: "\(netdev.function)"),
            mac: netdev.mac,
            vlan: network.vlan,
            vni: network.vni
        )
    }

    private func takeInventory() async throws(Status) -> Verdict {
        let existing = Set(try await gateway.portIDs())
        for network in configuration.networks {
            for function in network.devices {
                let id = ObjectName.portID(node: configuration.node, function: "\(function)")
                guard existing.contains(id) else { continue }
                let stray = try store.change { table throws(Status) in
                    let netdev = table.adoptStray(function, network: network.name, now: Self.now)
                    return (netdev, netdev.map { [$0] } ?? [])
                }
                guard stray != nil else { continue }
                log.notice("the card has a port nobody wants", metadata: ["port": "\(id)"])
                queue.add(.function(function))
            }
        }
        return .again(after: configuration.opi.resyncInterval)
    }

    /// Short while a port is young, since most are up within milliseconds; a second for old ones.
    private static func pollInterval(sinceSeconds age: Int) -> Duration {
        age < 5 ? .milliseconds(10) : age < 30 ? .milliseconds(100) : .seconds(1)
    }

    /// Seconds since 1970.
    static var now: Int { Int(Clocks.realtimeNanoseconds / 1_000_000_000) }
}
