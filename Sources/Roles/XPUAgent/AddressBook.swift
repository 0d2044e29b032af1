// SPDX-License-Identifier: Apache-2.0

package import Addresses
package import Addressing
package import Resources
import Synchronization

/// Which address is whose, between the moment it is chosen and the moment the Netdev says so.
///
/// The truth is in the Netdevs' status; what is held here only keeps two Netdevs that are worked on
/// at the same time from getting the same address, so a restart loses nothing.
package final class AddressBook: Sendable {
    fileprivate struct State {
        var reserved: [String: [IPPrefix]] = [:]
        var cursors: [IPPrefix: IPAddress] = [:]
        var isTakingBlock = false
    }

    /// What a Netdev can have.
    package enum Choice: Hashable, Sendable {
        /// These addresses, one of each subnet.
        case addresses([IPPrefix])
        /// A block of this subnet must be taken first.
        case needsBlock(DPUNetwork.Subnet)
    }

    private let state = Mutex(State())

    package init() {}

    /// Chooses addresses for `netdev`, which keeps what it has as far as that fits the network.
    ///
    /// `blocks` are those of this node in this network, `others` the other Netdevs of this card.
    package func choose(
        for netdev: Netdev,
        in network: DPUNetwork,
        blocks: [IPPrefix],
        others: [Netdev]
    ) -> Choice {
        state.withLock { state in
            let uid = netdev.metadata.uid
            // A reservation lives only as long as its block; a running pod keeps what it has.
            let reserved = (state.reserved[uid] ?? []).filter { address in
                blocks.contains { $0.contains(address.address) }
            }
            let known = netdev.status.ips + reserved
            var taken = Set(others.flatMap { $0.status.ips.map(\.address) })
            for (other, addresses) in state.reserved where other != uid {
                taken.formUnion(addresses.map(\.address))
            }
            var chosen: [IPPrefix] = []
            for subnet in network.spec.subnets {
                let plan = BlockPlan(subnet)
                let kept = known.first { address in
                    address.length == subnet.cidr.length
                        && plan.range(of: subnet.cidr).allows(address.address)
                        && !taken.contains(address.address)
                }
                if let kept {
                    chosen.append(kept)
                    continue
                }
                let ours = blocks.filter { $0.overlaps(subnet.cidr) }.sorted {
                    $0.network < $1.network
                }
                guard let next = state.next(plan, in: ours, taken: taken) else {
                    return .needsBlock(subnet)
                }
                chosen.append(next)
            }
            state.reserved[uid] = chosen
            return .addresses(chosen)
        }
    }

    /// Forgets what was held for a Netdev: its status says it now, or it is gone.
    package func forget(_ uid: String) {
        state.withLock { $0.reserved[uid] = nil }
    }

    /// The Netdevs for which something is held.
    package var holders: [String] { state.withLock { Array($0.reserved.keys) } }

    /// Begins to take a block; false when one is being taken already.
    package func beginTakingBlock() -> Bool {
        state.withLock { state in
            defer { state.isTakingBlock = true }
            return !state.isTakingBlock
        }
    }

    /// Taking a block is over, well or not.
    package func endTakingBlock() {
        state.withLock { $0.isTakingBlock = false }
    }
}

extension AddressBook.State {
    /// The next free address of the blocks; the search goes on where the last one ended, so that an
    /// address rests before it is given away again.
    fileprivate mutating func next(
        _ plan: BlockPlan,
        in blocks: [IPPrefix],
        taken: Set<IPAddress>
    ) -> IPPrefix? {
        let cursor = cursors[plan.subnet]
        let current = blocks.firstIndex { block in cursor.map(block.contains) ?? false } ?? 0
        for block in blocks[current...] + blocks[..<current] {
            guard let next = plan.range(of: block).next(after: cursor, taken: taken) else {
                continue
            }
            cursors[plan.subnet] = next.address
            return next
        }
        return nil
    }
}

extension BlockPlan {
    package init(_ subnet: DPUNetwork.Subnet) {
        self.init(
            subnet: subnet.cidr,
            gateway: subnet.gateway,
            exclude: subnet.exclude,
            blockLength: subnet.perNodeBlock
        )
    }
}
