// SPDX-License-Identifier: Apache-2.0

import Informers
import Addressing
import Configuration
import GRPC
import JSON
import Kernel
import Kubernetes
import Logging
import OPI
import PCI
import Reconcile
import Records
import Resources
import Synchronization

/// Brings ports, addresses and status of Netdevs to what their specs say.
final class NetdevReconciler: Reconciler {
    typealias Key = CardKey

    private let configuration: XPUConfiguration
    private let client: APIClient
    private let view: CardView
    private let gateway: EVPNGateway
    private let driver: PortDriver
    private let addresses: AddressManager
    private let book: AddressBook
    private let events: EventRecorder
    private let reporter: CardReporter
    private let log: Logger
    /// Since when the card is at work, by Netdev.
    private let waiting = Mutex<[ObjectKey: ContinuousClock.Instant]>([:])

    /// While the resources are not known yet, they are looked for this often.
    private static let syncInterval = Duration.milliseconds(100)

    init(
        _ configuration: XPUConfiguration,
        client: APIClient,
        view: CardView,
        gateway: EVPNGateway,
        book: AddressBook,
        events: EventRecorder,
        log: Logger
    ) {
        self.configuration = configuration
        self.client = client
        self.view = view
        self.gateway = gateway
        self.book = book
        self.events = events
        self.log = log
        addresses = AddressManager(client: client, view: view, book: book, log: log)
        reporter = CardReporter(configuration, client: client, view: view)
        driver = PortDriver(gateway) { port, step in
            log.debug("port", metadata: ["port": "\(port)", "step": "\(step)"])
        }
    }

    /// A look for the sake of certainty, which lets changes go first.
    private var resync: Verdict {
        .again(after: configuration.opi.resyncInterval, priority: .background)
    }

    func reconcile(_ key: CardKey) async throws(Status) -> Verdict {
        guard view.isSynced else { return .again(after: Self.syncInterval) }
        switch key {
        case .netdev(let key): return try await reconcile(key)
        case .inventory: return try await takeInventory()
        }
    }

    private func reconcile(_ key: ObjectKey) async throws(Status) -> Verdict {
        guard let netdev = view.netdevs.object(key) else {
            waiting.withLock { $0[key] = nil }
            return .settled
        }
        guard let xpu = view.xpu, netdev.spec.xpuRef == configuration.xpu else { return .settled }
        let refusal = refusal(of: netdev, on: xpu)
        if netdev.metadata.isDeleting {
            // What was never served has no port: the one of that function is another Netdev's.
            return refusal == nil ? try await remove(netdev) : try await letGo(netdev)
        }
        if let refusal {
            try await report(.impossible(reason: Condition.notAllowed, refusal), for: netdev)
            return resync
        }
        guard let network = view.network(named: netdev.spec.networkRef) else {
            let text = "there is no DPUNetwork \(netdev.spec.networkRef)"
            try await report(.impossible(reason: Condition.unknownNetwork, text), for: netdev)
            return resync
        }
        if let refusal = Self.refusal(of: network, on: xpu) {
            try await report(.impossible(reason: Condition.notAllowed, refusal), for: netdev)
            return resync
        }
        return try await make(try await held(netdev), in: network, on: xpu)
    }

    // MARK: - Making

    private func make(
        _ netdev: Netdev,
        in network: DPUNetwork,
        on xpu: XPU
    ) async throws(Status) -> Verdict {
        let chosen: [IPPrefix]
        switch try await addresses.assign(to: netdev, in: network, on: xpu) {
        case .addresses(let some): chosen = some
        case .later: return .again(after: .milliseconds(20))
        case .exhausted(let text):
            try await report(.impossible(reason: Condition.noAddress, text), for: netdev, network)
            return resync
        }
        let id = portID(of: netdev)
        let desired = DesiredPort(
            id: id,
            mac: netdev.spec.macAddress,
            vlan: network.spec.vlan,
            vni: network.spec.vni
        )
        let outcome: PortDriver.Outcome
        do throws(Status) {
            outcome = try await driver.bring(port: id, to: desired)
        } catch {
            try await report(.refused(error), for: netdev, network, chosen)
            throw error
        }
        switch outcome {
        case .settled:
            waiting.withLock { $0[netdev.key] = nil }
            try await report(.up, for: netdev, network, chosen)
            return resync
        case .waiting(let text):
            let (verdict, isLong) = wait(for: netdev.key)
            // Most ports are up within milliseconds: not worth a request to say that they are not.
            if isLong { try await report(.waiting(text), for: netdev, network, chosen) }
            return verdict
        }
    }

    /// The Netdev with our finalizer: a port must not outlive it.
    private func held(_ netdev: Netdev) async throws(Status) -> Netdev {
        let finalizers = netdev.metadata.finalizers
        guard !finalizers.contains(Netdev.portFinalizer) else { return netdev }
        return try await setFinalizers(finalizers + [Netdev.portFinalizer], of: netdev)
    }

    // MARK: - Removing

    private func remove(_ netdev: Netdev) async throws(Status) -> Verdict {
        let isHeld = netdev.metadata.finalizers.contains(Netdev.portFinalizer)
        guard isHeld else { return .settled }
        do throws(Status) {
            if case .waiting = try await driver.bring(port: portID(of: netdev), to: nil) {
                return wait(for: netdev.key).verdict
            }
        } catch {
            // Somebody may be waiting for the function on the host.
            try await report(.refused(error), for: netdev)
            throw error
        }
        return try await letGo(netdev)
    }

    /// Takes our finalizer away, so that the Netdev can go.
    private func letGo(_ netdev: Netdev) async throws(Status) -> Verdict {
        let finalizers = netdev.metadata.finalizers
        guard finalizers.contains(Netdev.portFinalizer) else { return .settled }
        waiting.withLock { $0[netdev.key] = nil }
        _ = try await setFinalizers(finalizers.filter { $0 != Netdev.portFinalizer }, of: netdev)
        book.forget(netdev.metadata.uid)
        log.info("released", metadata: ["netdev": "\(netdev.key)"])
        return .settled
    }

    private func takeInventory() async throws(Status) -> Verdict {
        guard let xpu = view.xpu else { return resync }
        let existing: Set<String>
        do throws(Status) {
            existing = Set(try await gateway.portIDs())
        } catch {
            try await reporter.report(error, on: xpu)
            throw error
        }
        try await reporter.report(nil, on: xpu)
        let node = xpu.spec.hostNode
        let functions = Set(view.networks.objects.flatMap(\.spec.pciAddresses))
        for function in functions {
            let id = ObjectName.portID(node: node, function: "\(function)")
            let name = Netdev.name(node: node, function: function)
            let key = ObjectKey(namespace: configuration.cluster.namespace, name: name)
            // Looked at after the ports: a port is made only for a Netdev that is known.
            guard existing.contains(id), view.netdevs.object(key) == nil,
                !view.netdevs.isUnreadable(key)
            else { continue }
            log.notice("the card has a port nobody wants", metadata: ["port": "\(id)"])
            _ = try await driver.bring(port: id, to: nil)
        }
        forgetHolders()
        try await addresses.releaseUnused(on: xpu)
        return resync
    }

    /// Gives up what is held for Netdevs that went without us, by somebody else's hand.
    private func forgetHolders() {
        // In this order: what is chosen after the look at the holders is not among them.
        let holders = book.holders
        let living = Set(view.netdevs.objects.map(\.metadata.uid))
        for uid in holders where !living.contains(uid) { book.forget(uid) }
    }

    // MARK: - What may be

    /// Why the card must not serve this Netdev: a host is not trusted to name others' functions.
    private func refusal(of netdev: Netdev, on xpu: XPU) -> String? {
        let spec = netdev.spec
        guard spec.nodeName == xpu.spec.hostNode else {
            return "node \(spec.nodeName) is not the host of XPU \(configuration.xpu)"
        }
        guard netdev.metadata.name == Netdev.name(node: spec.nodeName, function: spec.pciAddress)
        else { return "the name is not that of function \(spec.pciAddress) of \(spec.nodeName)" }
        guard !spec.macAddress.isMulticast, spec.macAddress != .zero else {
            return "\(spec.macAddress) is no address of a function"
        }
        return nil
    }

    private static func refusal(of network: DPUNetwork, on xpu: XPU) -> String? {
        let (spec, allowed) = (network.spec, xpu.spec.allowed)
        let name = network.metadata.name
        guard allowed.permits(vlan: spec.vlan) else {
            return "XPU \(xpu.metadata.name) does not allow VLAN \(spec.vlan) of \(name)"
        }
        if let vni = spec.vni, !allowed.permits(vni: vni) {
            return "XPU \(xpu.metadata.name) does not allow VNI \(vni) of \(name)"
        }
        if let subnet = spec.subnets.first(where: { !allowed.permits(cidr: $0.cidr) }) {
            return "XPU \(xpu.metadata.name) does not allow \(subnet.cidr) of \(name)"
        }
        return nil
    }

    private func portID(of netdev: Netdev) -> String {
        ObjectName.portID(node: netdev.spec.nodeName, function: "\(netdev.spec.pciAddress)")
    }

    private func wait(for key: ObjectKey) -> (verdict: Verdict, isLong: Bool) {
        let since = waiting.withLock { waiting in
            let since = waiting[key] ?? .now
            waiting[key] = since
            return since
        }
        let age = Int((ContinuousClock.now - since).components.seconds)
        return (.again(after: PortDriver.pollInterval(sinceSeconds: age)), age >= 1)
    }

    // MARK: - Writing

    private func report(
        _ outcome: NetdevStatusPlan.Outcome,
        for netdev: Netdev,
        _ network: DPUNetwork? = nil,
        _ addresses: [IPPrefix] = []
    ) async throws(Status) {
        let nanoseconds = Int64(clamping: Clocks.realtimeNanoseconds)
        let status = NetdevStatusPlan.status(
            of: netdev,
            after: outcome,
            addresses: addresses,
            in: network,
            port: Netdev.OPIPort(
                name: ObjectName.portPrefix + portID(of: netdev),
                server: "\(configuration.opi.server)",
                operStatus: ""
            ),
            now: Timestamp(unixNanoseconds: nanoseconds).seconds
        )
        guard status != netdev.status else { return }
        if status.phase != netdev.status.phase {
            let ready = status.conditions[Condition.ready]
            log.info(
                "\(status.phase.map(\.rawValue) ?? "")",
                metadata: ["netdev": "\(netdev.key)", "why": "\(ready?.message ?? "")"]
            )
        }
        let patch: JSONValue = [
            "metadata": ["uid": .string(netdev.metadata.uid)],
            "status": status.patch,
        ]
        do throws(APIError) {
            let key = netdev.key
            let after = try await client.patch(
                Netdev.self,
                key,
                with: patch,
                subresource: "status"
            )
            view.netdevs.absorb(after)
            if status.phase != netdev.status.phase { tell(status, of: netdev) }
        } catch {
            throw Status(error)
        }
    }

    /// Leaves a trace of a port that has come up or does not, which conditions forget.
    private func tell(_ status: Netdev.Status, of netdev: Netdev) {
        guard let ready = status.conditions[Condition.ready] else { return }
        switch status.phase {
        case .connected: events.record(netdev, .normal, reason: "Connected", ready.message)
        case .error: events.record(netdev, .warning, reason: ready.reason, ready.message)
        default: break
        }
    }

    private func setFinalizers(
        _ finalizers: [String],
        of netdev: Netdev
    ) async throws(Status) -> Netdev {
        do throws(APIError) {
            let after = try await client.setFinalizers(finalizers, of: netdev)
            if after.metadata.isDeleting, finalizers.isEmpty {
                view.netdevs.absorbDeletion(of: after.key, uid: after.metadata.uid)
            } else {
                view.netdevs.absorb(after)
            }
            return after
        } catch {
            if error.isNotFound, netdev.metadata.isDeleting { return netdev }
            throw Status(error)
        }
    }
}

extension Netdev.Status {
    /// The status as a merge patch: what is not there is taken away.
    fileprivate var patch: JSONValue {
        var patch = json
        let keys = [
            "phase", "ips", "gateways", "routes", "opiPort", "observedGeneration", "conditions",
        ]
        for key in keys where patch[key] == nil { patch[key] = .null }
        return patch
    }
}

extension Status {
    /// What a refusal by the API server means to a pass: it comes again.
    init(_ error: APIError) {
        self.init(error.isConflict ? .aborted : .unavailable, "\(error)")
    }
}
