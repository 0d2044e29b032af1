// SPDX-License-Identifier: Apache-2.0

import Informers
import Addressing
import Configuration
import GRPC
import JSON
import Kubernetes
import PCI
import Resources

/// Ports in a cluster: the host agent writes Netdevs, and the xPU agent makes what they ask for.
struct ClusterPorts: PortKeeper {
    let node: String
    let options: ClusterOptions
    let client: APIClient
    let view: ClusterView

    var tellsHolders: Bool { true }
    var resyncInterval: Duration { options.resyncInterval }
    var blame: String { "xPU agent" }

    /// Changes come by the watch.
    func pollInterval(sinceSeconds age: Int) -> Duration { options.resyncInterval }

    func checkAvailable() throws(Status) {
        if let trouble = view.agentTrouble { throw Status(.unavailable, trouble) }
    }

    func bring(_ netdev: NetdevRecord) async throws(Status) -> PortState {
        guard view.netdevs.isSynced else {
            if let trouble = view.netdevs.trouble { throw Status(.unavailable, trouble) }
            return .waiting("the Netdevs are being read")
        }
        let desired = try desiredNetdev(for: netdev)
        let key = self.key(of: netdev.function)
        // Each step is seen at once, since the server's answers go into the view.
        for _ in 0..<4 {
            let observed = view.netdevs.object(key)
            switch ClusterStep.next(desired: desired, observed: observed) {
            case .absent: return .absent
            case .connected(let addresses): return .connected(addresses)
            case .wait(let text): return .waiting(text)
            case .failed(let status): throw status
            case .create:
                guard let desired else { return .absent }
                try await create(desired)
            case .bind:
                guard let desired, let observed else { return .waiting("the Netdev has gone") }
                try await bind(observed, as: desired)
            case .delete:
                guard let observed else { return .absent }
                try await delete(observed)
                return .waiting("the Netdev is being deleted")
            }
        }
        return .waiting("the Netdev keeps changing")
    }

    func existing() async throws(Status) -> [(function: PCIAddress, network: String)]? {
        guard view.netdevs.isSynced else { return nil }
        return view.netdevs.objects.filter { !$0.metadata.isDeleting && $0.spec.nodeName == node }
            .map { ($0.spec.pciAddress, $0.spec.networkRef) }
    }

    // MARK: - Steps

    private func create(_ desired: Netdev) async throws(Status) {
        do throws(APIError) {
            view.netdevs.absorb(try await client.create(desired))
        } catch {
            guard error.isAlreadyExists else { throw Status(error) }
            // The view does not have it yet; what it is decides the next step.
            view.netdevs.absorb(try await read(desired.key))
        }
    }

    private func read(_ key: ObjectKey) async throws(Status) -> Netdev {
        do throws(APIError) {
            return try await client.get(Netdev.self, key)
        } catch {
            throw Status(error)
        }
    }

    private func bind(_ observed: Netdev, as desired: Netdev) async throws(Status) {
        let spec = desired.json["spec"]
        let patch: JSONValue = [
            "metadata": ["uid": .string(observed.metadata.uid)],
            "spec": [
                "podRef": spec?["podRef"] ?? .null,
                "containerID": spec?["containerID"] ?? .null,
                "ifName": spec?["ifName"] ?? .null,
            ],
        ]
        do throws(APIError) {
            view.netdevs.absorb(try await client.patch(Netdev.self, observed.key, with: patch))
        } catch {
            throw Status(error)
        }
    }

    private func delete(_ observed: Netdev) async throws(Status) {
        do throws(APIError) {
            let this = Preconditions(uid: observed.metadata.uid)
            try await client.delete(Netdev.type, observed.key, if: this)
        } catch {
            // Another one of that name is none of this pass's business.
            guard error.isNotFound || error.isConflict else { throw Status(error) }
        }
    }

    // MARK: - What is wanted

    private func key(of function: PCIAddress) -> ObjectKey {
        let name = Netdev.name(node: node, function: function)
        return ObjectKey(namespace: options.namespace, name: name)
    }

    private func desiredNetdev(for netdev: NetdevRecord) throws(Status) -> Netdev? {
        guard netdev.isWanted else { return nil }
        guard let xpu = view.xpu else {
            throw Status(.unavailable, view.agentTrouble ?? "the card is not known yet")
        }
        let network = view.network(named: netdev.network)
        var spec = Netdev.Spec(
            nodeName: node,
            xpuRef: xpu,
            pciAddress: netdev.function,
            macAddress: netdev.mac,
            networkRef: netdev.network
        )
        spec.mtu = network?.spec.mtu
        spec.interfaceRole = network?.spec.interfaceRole ?? .secondary
        if let holder = netdev.holder {
            spec.containerID = holder.containerID
            spec.ifName = holder.interfaceName
            spec.podRef = Netdev.PodReference(holder)
        }
        var desired = Netdev(namespace: options.namespace, spec: spec)
        desired.metadata.finalizers = [Netdev.portFinalizer]
        return desired
    }
}

extension Netdev.PodReference {
    /// The pod that has the function, nil outside Kubernetes.
    fileprivate init?(_ holder: NetdevRecord.Holder) {
        let parts = holder.pod.split(separator: "/", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        self.init(namespace: String(parts[0]), name: String(parts[1]), uid: holder.podUID)
    }
}

extension Status {
    /// What a refusal by the API server means to somebody who waits for a port: try again later.
    init(_ error: APIError) {
        self.init(.unavailable, "\(error)")
    }
}
