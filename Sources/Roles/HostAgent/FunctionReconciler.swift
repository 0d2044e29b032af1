// SPDX-License-Identifier: Apache-2.0

import Addressing
package import GRPC
import Kernel
package import Logging
package import PCI
package import Reconcile

/// Brings the ports behind this node's functions to what the Netdevs say.
package struct FunctionReconciler: Reconciler {
    package typealias Key = PortKey

    /// A function that was allocated and never attached is let go after this many seconds.
    static let allocationLifetime = 600

    let ports: any PortKeeper
    let store: NetdevStore
    let queue: KeyQueue<PortKey>
    let isAttached: @Sendable (PCIAddress) throws(Status) -> Bool
    let log: Logger

    /// A reconciler; `isAttached` says whether a container has a function by the CNI's own records.
    package init(
        ports: any PortKeeper,
        store: NetdevStore,
        queue: KeyQueue<PortKey>,
        isAttached: @escaping @Sendable (PCIAddress) throws(Status) -> Bool,
        log: Logger
    ) {
        self.ports = ports
        self.store = store
        self.queue = queue
        self.isAttached = isAttached
        self.log = log
    }

    package func reconcile(_ key: PortKey) async throws(Status) -> Verdict {
        switch key {
        case .function(let address): try await reconcile(address)
        case .inventory: try await takeInventory()
        }
    }

    private func reconcile(_ function: PCIAddress) async throws(Status) -> Verdict {
        guard let (netdev, wish) = store.begin(function) else { return .settled }
        do throws(Status) {
            if try expire(netdev) { return .again(after: .zero) }
            return try note(try await ports.bring(netdev), of: netdev)
        } catch {
            store.reportFailure(error, of: netdev, wish: wish)
            throw error
        }
    }

    private func note(_ state: PortState, of netdev: NetdevRecord) throws(Status) -> Verdict {
        switch state {
        case .connected(let addresses):
            if let addresses { try store.assign(addresses, to: netdev) }
            store.report(.connected, for: netdev)
            return .again(after: ports.resyncInterval, priority: .background)
        case .absent:
            try store.forget(netdev)
            return .settled
        case .waiting(let text):
            return wait(text, for: netdev)
        }
    }

    /// A text is logged once: most ports are polled a few times before they are up.
    private func wait(_ text: String, for netdev: NetdevRecord) -> Verdict {
        let age = Self.now - netdev.since
        let verdict = Verdict.again(after: ports.pollInterval(sinceSeconds: age))
        if case .pending(text) = store.look(at: netdev.function).progress { return verdict }
        log.info("waiting for the card", metadata: ["what": "\(text)"])
        store.report(.pending(text), for: netdev)
        return verdict
    }

    /// Lets go of an allocation that no ADD followed: the pod was deleted before it started.
    private func expire(_ netdev: NetdevRecord) throws(Status) -> Bool {
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

    private func takeInventory() async throws(Status) -> Verdict {
        guard let existing = try await ports.existing() else {
            return .again(after: .milliseconds(200))
        }
        for (function, network) in existing where store.look(at: function).netdev == nil {
            // A pod that runs keeps its port, whatever became of our own files.
            guard try !isAttached(function) else { continue }
            let stray = try store.change { table throws(Status) in
                let netdev = table.adoptStray(function, network: network, now: Self.now)
                return (netdev, netdev.map { [$0] } ?? [])
            }
            guard stray != nil else { continue }
            log.notice("there is a port nobody wants", metadata: ["function": "\(function)"])
            queue.add(.function(function))
        }
        return .again(after: ports.resyncInterval, priority: .background)
    }

    /// Seconds since 1970.
    static var now: Int { Int(Clocks.realtimeNanoseconds / 1_000_000_000) }
}
