// SPDX-License-Identifier: Apache-2.0

import Addressing
import Configuration
import GRPC
import HostAgent
import PCI
import Resources
import Testing

/// Every state of a Netdev in the cluster with every wish.
@Suite struct ClusterPlanTests {
    private let wanted: Netdev

    init() throws {
        wanted = Netdev(
            namespace: "opi-xpu",
            spec: Netdev.Spec(
                nodeName: "node-a",
                xpuRef: "card-1",
                pciAddress: try #require(PCIAddress("0000:3b:00.2")),
                macAddress: try #require(MACAddress("02:00:00:00:00:01")),
                networkRef: "blue",
                containerID: "c1",
                ifName: "net1"
            )
        )
    }

    private func observed(_ change: (inout Netdev) -> Void = { _ in }) -> Netdev {
        var netdev = wanted
        change(&netdev)
        return netdev
    }

    private func ready(_ reason: String, _ message: String) -> Condition {
        Condition(
            type: Condition.ready,
            status: .no,
            reason: reason,
            message: message,
            lastTransitionTime: ""
        )
    }

    @Test func `what is not there is made, what is not wanted is deleted`() {
        #expect(ClusterStep.next(desired: wanted, observed: nil) == .create)
        #expect(ClusterStep.next(desired: nil, observed: nil) == .absent)
        #expect(ClusterStep.next(desired: nil, observed: observed()) == .delete)
    }

    @Test func `what is being deleted is waited for`() {
        let dying = observed { $0.metadata.deletionTimestamp = "2026-01-01T00:00:00Z" }
        for desired in [wanted, nil] {
            guard case .wait = ClusterStep.next(desired: desired, observed: dying) else {
                Issue.record("not waited for")
                continue
            }
        }
    }

    @Test func `a removal that fails is told, an older failure is not`() {
        let dying = { (generation: Int) in
            observed {
                $0.metadata.deletionTimestamp = "2026-01-01T00:00:00Z"
                $0.metadata.generation = 3
                $0.status.phase = .error
                var ready = ready(Condition.serverUnavailable, "away")
                ready.observedGeneration = generation
                $0.status.conditions = [ready]
            }
        }
        let fresh = ClusterStep.next(desired: nil, observed: dying(3))
        #expect(fresh == .failed(Status(.unavailable, "away")))
        guard case .wait = ClusterStep.next(desired: nil, observed: dying(2)) else {
            Issue.record("an old failure was taken for the removal's")
            return
        }
    }

    @Test func `what asks the card for something else is deleted first`() throws {
        let other = try #require(MACAddress("02:00:00:00:00:02"))
        for change in [
            { (netdev: inout Netdev) in netdev.spec.macAddress = other },
            { $0.spec.networkRef = "green" }, { $0.spec.xpuRef = "card-2" },
            { $0.spec.nodeName = "node-b" },
        ] {
            let step = ClusterStep.next(desired: wanted, observed: observed(change))
            #expect(step == .delete)
        }
    }

    @Test func `another holder is written before anything is believed`() {
        let allocated = observed {
            $0.spec.containerID = nil
            $0.spec.ifName = nil
            $0.status.phase = .connected
        }
        #expect(ClusterStep.next(desired: wanted, observed: allocated) == .bind)
    }

    @Test func `the xPU agent's answer is taken over`() throws {
        let address = try #require(IPPrefix("10.0.0.5/24"))
        let up = observed {
            $0.status.phase = .connected
            $0.status.ips = [address]
        }
        #expect(ClusterStep.next(desired: wanted, observed: up) == .connected([address]))
        let unseen = ClusterStep.next(desired: wanted, observed: observed())
        #expect(unseen == .wait("the xPU agent has not seen the Netdev yet"))
        let busy = observed {
            $0.status.phase = .connecting
            $0.status.conditions = [ready(Condition.inProgress, "port p is not up yet")]
        }
        #expect(ClusterStep.next(desired: wanted, observed: busy) == .wait("port p is not up yet"))
    }

    @Test func `a card that is away is worth another try, a refusal is not`() {
        for (reason, code) in [
            (Condition.serverUnavailable, StatusCode.unavailable),
            (Condition.serverRefused, .internalError), (Condition.notAllowed, .internalError),
        ] {
            let failed = observed {
                $0.status.phase = .error
                $0.status.conditions = [ready(reason, "why")]
            }
            let step = ClusterStep.next(desired: wanted, observed: failed)
            #expect(step == .failed(Status(code, "why")))
        }
    }

    @Test func `a resource is advertised by one network`() throws {
        let one = try network("a", devices: ["0000:3b:00.2"]) { $0.spec.resourceName = "x/y" }
        let two = try network("b", devices: ["0000:3b:00.3"]) { $0.spec.resourceName = "x/y" }
        let (networks, losses) = NetworkResolver.resolve([two, one], labels: [:])
        #expect(networks.map(\.resourceName) == ["x/y", nil])
        #expect(losses == ["x/y of b belongs to a"])
    }

    // MARK: - Networks of a node

    private func network(
        _ name: String,
        devices: [String],
        _ change: (inout DPUNetwork) -> Void = { _ in }
    ) throws -> DPUNetwork {
        var network = DPUNetwork(
            metadata: ObjectMeta(name: name),
            spec: DPUNetwork.Spec(
                pciAddresses: try devices.map { try #require(PCIAddress($0)) },
                resourceName: "opi.example.com/\(name)",
                vlan: 10,
                vni: 7,
                subnets: [
                    DPUNetwork.Subnet(
                        cidr: try #require(IPPrefix("10.0.0.0/24")),
                        gateway: IPAddress("10.0.0.1")
                    )
                ]
            )
        )
        network.metadata.creationTimestamp = "2026-01-01T00:00:00Z"
        change(&network)
        return network
    }

    private func resolve(
        _ networks: [DPUNetwork],
        labels: [String: String] = [:]
    ) -> [String: [String]] {
        let resolved = NetworkResolver.resolve(networks, labels: labels).networks
        return Dictionary(
            uniqueKeysWithValues: resolved.map { ($0.name, $0.devices.map(\.description)) }
        )
    }

    @Test func `a network is taken over with its defaults`() throws {
        let one = try network("blue", devices: ["0000:3b:00.2"])
        let resolved = try #require(NetworkResolver.resolve([one], labels: [:]).networks.first)
        #expect(resolved.resourceName == "opi.example.com/blue")
        #expect(resolved.vlan == 10 && resolved.vni == 7 && resolved.mtu == nil)
        #expect(resolved.routes.map { "\($0.destination)" } == ["0.0.0.0/0"])
        #expect(resolved.routes.first?.gateway?.description == "10.0.0.1")
    }

    @Test func `only the node's networks count`() throws {
        let selective = try network("a", devices: ["0000:3b:00.2"]) {
            $0.spec.nodeSelector = ["dpu": "yes"]
        }
        #expect(resolve([selective]) == [:])
        #expect(resolve([selective], labels: ["dpu": "no"]) == [:])
        #expect(resolve([selective], labels: ["dpu": "yes"])["a"] == ["0000:3b:00.2"])
    }

    @Test func `a function belongs to the higher priority, then the older, then by name`() throws {
        let both = ["0000:3b:00.2", "0000:3b:00.3"]
        let low = try network("a", devices: both)
        let high = try network("z", devices: [both[0]]) { $0.spec.priority = 1 }
        #expect(resolve([low, high]) == ["a": [both[1]], "z": [both[0]]])
        let losses = NetworkResolver.resolve([low, high], labels: [:]).losses
        #expect(losses == ["0000:3b:00.2 of a belongs to z"])
        let older = try network("z", devices: [both[0]]) {
            $0.metadata.creationTimestamp = "2025-01-01T00:00:00Z"
        }
        #expect(resolve([low, older]) == ["a": [both[1]], "z": [both[0]]])
        let twin = try network("b", devices: [both[0]])
        #expect(resolve([twin, low]) == ["a": both, "b": []])
    }
}
