// SPDX-License-Identifier: Apache-2.0

import Addressing
package import Attachment
import Configuration
package import GRPC
package import HostAPI
import Links
package import Logging
import OPI
import PCI
package import Reconcile

/// What the CNI and the device plugin may ask.
package struct HostAgentService: Sendable {
    let node: String
    let networks: NetworkDirectory
    let ports: any PortKeeper
    let store: NetdevStore
    let queue: KeyQueue<PortKey>
    let releases: ReleaseSpool
    let allocations: Spool<Allocation>
    let finder: FunctionFinder
    let log: Logger

    /// How long a caller without a deadline waits.
    private static let patience = Duration.seconds(60)

    /// How often somebody who waits looks whether a port can be made at all.
    private static let availabilityInterval = Duration.milliseconds(200)

    /// Time kept back to tell the caller why, before its deadline passes.
    private static let margin = Duration.milliseconds(300)

    package init(
        node: String,
        networks: NetworkDirectory,
        ports: any PortKeeper,
        store: NetdevStore,
        queue: KeyQueue<PortKey>,
        releases: ReleaseSpool,
        allocations: Spool<Allocation>,
        finder: FunctionFinder,
        log: Logger
    ) {
        self.node = node
        self.networks = networks
        self.ports = ports
        self.store = store
        self.queue = queue
        self.releases = releases
        self.allocations = allocations
        self.finder = finder
        self.log = log
    }

    /// Records the wish for ports behind functions that the kubelet has just chosen.
    ///
    /// Waits for nobody: the kubelet admits one pod at a time. A function whose last pod has not
    /// given it back yet is left to that pod's DEL and the new one's ADD.
    package func allocate(_ request: AllocateRequest) throws(Status) -> AllocateResponse {
        try drainReleases()
        for id in request.deviceIDs {
            let (function, network) = try find(id)
            guard network.resourceName == request.resourceName else {
                let text = "function \(id) belongs to \(network.name), not \(request.resourceName)"
                throw Status(.invalidArgument, text)
            }
            guard let mac = try homeMAC(of: function) else { continue }
            let netdev = try store.change { table throws(Status) in
                let now = FunctionReconciler.now
                let netdev = try table.allocate(function, mac: mac, in: network, now: now)
                return (netdev, netdev.map { [$0] } ?? [])
            }
            if netdev != nil { queue.add(.function(function)) }
        }
        return AllocateResponse()
    }

    /// Binds a function to a container and answers when the card is ready, `patience` at most.
    package func attach(
        _ request: AttachRequest,
        patience: Duration?
    ) async throws(Status) -> AttachResponse {
        let end = ContinuousClock.now + max(.zero, (patience ?? Self.patience) - Self.margin)
        try drainReleases()
        let (function, network) = try find(request.deviceID)
        guard let mac = MACAddress(octets: request.macAddress) else {
            let count = request.macAddress.count
            throw Status(.invalidArgument, "a MAC address has 6 octets, not \(count)")
        }
        guard !request.containerID.isEmpty, !request.interfaceName.isEmpty else {
            throw Status(.invalidArgument, "container_id and interface_name must not be empty")
        }
        let holder = NetdevRecord.Holder(request)
        while true {
            let binding = try store.change { table throws(Status) in
                let now = FunctionReconciler.now
                let binding = try table.bind(function, to: holder, mac: mac, in: network, now: now)
                guard case .bound(let netdev) = binding else {
                    return (binding, table.netdevs[function].map { [$0] } ?? [])
                }
                return (binding, [netdev])
            }
            switch binding {
            case .bound(let netdev):
                let connected = try await connected(netdev, until: end)
                return response(for: connected, in: network)
            case .dying:
                queue.add(.function(function))
                try await gone(function, until: end)
            }
        }
    }

    /// Takes a function back; the port is removed behind the answer.
    package func detach(_ request: DetachRequest) throws(Status) -> DetachResponse {
        try release(request.containerID, request.interfaceName)
        return DetachResponse()
    }

    /// Waits until the port of `netdev` is up; gives the Netdev as it is then.
    ///
    /// A port that was up at the last look is believed to be: it was made while the pod's images
    /// were pulled, and is looked at again at every resync.
    ///
    /// - Throws: what stopped the last pass, or `UNAVAILABLE` when nobody would make the port, so
    ///   that a caller is not kept waiting for a card that is not there.
    private func connected(
        _ netdev: NetdevRecord,
        until end: ContinuousClock.Instant
    ) async throws(Status) -> NetdevRecord {
        var isUp = false
        if case .connected = store.look(at: netdev.function).progress { isUp = true }
        if !isUp || ports.tellsHolders { queue.add(.function(netdev.function)) }
        while true {
            try ports.checkAvailable()
            let version = store.version
            let (current, progress) = store.look(at: netdev.function)
            guard let current, current.isSame(as: netdev) else {
                let text = "function \(netdev.function) was given back while its port was made"
                throw Status(.aborted, text)
            }
            switch progress {
            case .connected: return current
            case .failed(let status): throw explain(status, netdev.function)
            case .pending: try await change(after: version, of: netdev.function, until: end)
            }
        }
    }

    /// Waits until the old port of `function` is removed.
    ///
    /// - Throws: what stopped the last pass.
    private func gone(
        _ function: PCIAddress,
        until end: ContinuousClock.Instant
    ) async throws(Status) {
        while true {
            try ports.checkAvailable()
            let version = store.version
            let (netdev, progress) = store.look(at: function)
            guard let netdev, !netdev.isWanted else { return }
            if case .failed(let status) = progress { throw explain(status, function) }
            try await change(after: version, of: function, until: end)
        }
    }

    /// Waits for the next change, for a short time.
    ///
    /// - Throws: `DEADLINE_EXCEEDED` at `end`, saying what the card is busy with.
    private func change(
        after version: UInt64,
        of function: PCIAddress,
        until end: ContinuousClock.Instant
    ) async throws(Status) {
        let soon = ContinuousClock.now + Self.availabilityInterval
        await store.waitForChange(after: version, until: min(end, soon))
        guard Task.isCancelled || ContinuousClock.now >= end else { return }
        var text = "the port of \(function) did not come up in time"
        let progress = store.look(at: function).progress
        if case .pending(let reason) = progress, !reason.isEmpty { text += ": \(reason)" }
        throw Status(.deadlineExceeded, text)
    }

    private func explain(_ status: Status, _ function: PCIAddress) -> Status {
        let isAway = status.code == .unavailable || status.code == .deadlineExceeded
        let text = "\(ports.blame), port of \(function): \(status)"
        return Status(isAway ? .unavailable : .internalError, text)
    }

    private func find(_ id: String) throws(Status) -> (PCIAddress, NetworkConfiguration) {
        guard let function = PCIAddress(id) else {
            throw Status(.invalidArgument, "\"\(id)\" is not a PCI address")
        }
        guard let network = networks.network(of: function) else {
            guard networks.isKnown else {
                throw Status(.unavailable, "the networks are not known yet")
            }
            throw Status(.notFound, "function \(function) belongs to no configured network")
        }
        return (function, network)
    }

    /// The MAC address of a function that is at home, nil when it is away in a pod.
    private func homeMAC(of function: PCIAddress) throws(Status) -> MACAddress? {
        do {
            let home = try RouteSocket()
            return try finder.linkAtHome(of: function, over: home)?.mac
        } catch {
            throw Status(.internalError, "function \(function) cannot be looked up: \(error)")
        }
    }

    private func response(
        for netdev: NetdevRecord,
        in network: NetworkConfiguration
    ) -> AttachResponse {
        var response = AttachResponse()
        response.network = network.name
        response.port = ObjectName.portID(node: node, function: "\(netdev.function)")
        response.mtu = network.mtu ?? 0
        response.addresses = netdev.addresses.map { prefix in
            var address = InterfaceAddress()
            address.address = prefix.description
            let subnet = network.subnets.first { $0.prefix.contains(prefix.address) }
            address.gateway = subnet?.gateway?.description ?? ""
            return address
        }
        response.routes = network.routes.map { route in
            var answer = InterfaceRoute()
            answer.destination = route.destination.description
            answer.gateway = route.gateway?.description ?? ""
            return answer
        }
        return response
    }
}
