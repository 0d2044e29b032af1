// SPDX-License-Identifier: Apache-2.0

import Informers
import Addresses
import Addressing
import GRPC
import Kubernetes
import Logging
import Resources

/// Gives Netdevs addresses out of blocks, and takes blocks by making the objects named after them.
struct AddressManager: Sendable {
    let client: APIClient
    let view: CardView
    let book: AddressBook
    let log: Logger

    /// What came of the wish for addresses.
    enum Assignment {
        /// These, one of each subnet.
        case addresses([IPPrefix])
        /// Somebody else takes a block just now.
        case later
        /// There are none; the text says of what.
        case exhausted(String)
    }

    /// Blocks of one subnet that may be found taken before a pass gives up.
    private static let attempts = 64

    /// Addresses for `netdev`, those it has if they fit.
    func assign(
        to netdev: Netdev,
        in network: DPUNetwork,
        on xpu: XPU
    ) async throws(Status) -> Assignment {
        while true {
            let others = view.netdevs.objects.filter { $0.metadata.uid != netdev.metadata.uid }
            let ours = view.blocks.objects.filter { $0.belongs(to: xpu, network) }
            let blocks = ours.map(\.spec.cidr)
            switch book.choose(for: netdev, in: network, blocks: blocks, others: others) {
            case .addresses(let addresses): return .addresses(addresses)
            case .needsBlock(let subnet):
                guard book.beginTakingBlock() else { return .later }
                defer { book.endTakingBlock() }
                guard try await takeBlock(of: subnet, in: network, for: xpu) else {
                    let name = network.metadata.name
                    return .exhausted("no address of \(subnet.cidr) is free in network \(name)")
                }
            }
        }
    }

    /// Takes the first free block; false when there is none.
    private func takeBlock(
        of subnet: DPUNetwork.Subnet,
        in network: DPUNetwork,
        for xpu: XPU
    ) async throws(Status) -> Bool {
        let plan = BlockPlan(subnet)
        var taken = view.blocks.objects.map(\.spec.cidr)
        for _ in 0..<Self.attempts {
            guard let cidr = plan.next(taken: taken) else { return false }
            let block = AddressBlock(
                spec: AddressBlock.Spec(
                    cidr: cidr,
                    networkRef: AddressBlock.NetworkReference(
                        name: network.metadata.name,
                        uid: network.metadata.uid
                    ),
                    nodeName: xpu.spec.hostNode,
                    xpuRef: xpu.metadata.name
                )
            )
            do throws(APIError) {
                view.blocks.absorb(try await client.create(block))
                log.info(
                    "took a block of addresses",
                    metadata: ["block": "\(cidr)", "network": "\(network.metadata.name)"]
                )
                return true
            } catch {
                guard error.isAlreadyExists else { throw Status(error) }
                taken.append(cidr)  // somebody was faster
            }
        }
        throw Status(.aborted, "other nodes take the blocks of \(subnet.cidr) faster")
    }

    /// Gives back the blocks of networks that no longer exist, once no Netdev has an address there.
    func releaseUnused(on xpu: XPU) async throws(Status) {
        let networks = Set(view.networks.objects.map(\.metadata.uid))
        let used = view.netdevs.objects.flatMap(\.status.ips).map(\.address)
        for block in view.blocks.objects {
            guard block.spec.nodeName == xpu.spec.hostNode, block.spec.xpuRef == xpu.metadata.name,
                !networks.contains(block.spec.networkRef.uid),
                !used.contains(where: { block.spec.cidr.contains($0) })
            else { continue }
            do throws(APIError) {
                let this = Preconditions(uid: block.metadata.uid)
                try await client.delete(AddressBlock.type, block.key, if: this)
                view.blocks.absorbDeletion(of: block.key, uid: block.metadata.uid)
                log.info("gave a block back", metadata: ["block": "\(block.spec.cidr)"])
            } catch {
                guard error.isNotFound || error.isConflict else { throw Status(error) }
            }
        }
    }
}

extension AddressBlock {
    fileprivate func belongs(to xpu: XPU, _ network: DPUNetwork) -> Bool {
        spec.nodeName == xpu.spec.hostNode && spec.xpuRef == xpu.metadata.name
            && spec.networkRef.uid == network.metadata.uid
    }
}
