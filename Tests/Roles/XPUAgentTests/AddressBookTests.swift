// SPDX-License-Identifier: Apache-2.0

import Addressing
import Resources
import TestSupport
import Testing
import XPUAgent

@Suite struct AddressBookTests {
    private let book = AddressBook()

    private func choose(
        _ netdev: Netdev,
        _ network: DPUNetwork,
        _ blocks: [IPPrefix],
        _ others: [Netdev] = []
    ) -> AddressBook.Choice {
        book.choose(for: netdev, in: network, blocks: blocks, others: others)
    }

    @Test func `asks for a block where there is none`() throws {
        let network = try Cards.network()
        let choice = choose(try Cards.netdev(1), network, [])
        #expect(choice == .needsBlock(network.spec.subnets[0]))
    }

    @Test func `gives an address of each subnet, never the gateway`() throws {
        let network = try Cards.network(["10.0.0.0/24", "fd00::/64"])
        let blocks = try Cards.prefixes("10.0.0.0/28", "fd00::/112")
        let chosen = choose(try Cards.netdev(1), network, blocks)
        #expect(chosen == .addresses(try Cards.prefixes("10.0.0.2/24", "fd00::1/64")))
        #expect(choose(try Cards.netdev(1), network, blocks) == chosen, "asked again")
    }

    @Test func `keeps what fits and changes what does not`() throws {
        let network = try Cards.network()
        let blocks = try Cards.prefixes("10.0.0.0/28")
        let kept = try Cards.netdev(1, ips: ["10.0.0.200/24"])
        #expect(choose(kept, network, blocks) == .addresses(kept.status.ips))
        for wrong in ["10.1.0.5/24", "10.0.0.5/16", "10.0.0.1/24", "10.0.0.255/24"] {
            let netdev = try Cards.netdev(2, ips: [wrong])
            #expect(choose(netdev, network, blocks) != .addresses(netdev.status.ips))
            book.forget("uid-2")
        }
    }

    @Test func `an address that another one has is not kept`() throws {
        let network = try Cards.network()
        let one = try Cards.netdev(1, ips: ["10.0.0.5/24"])
        let two = try Cards.netdev(2, ips: ["10.0.0.5/24"])
        let choice = choose(two, network, try Cards.prefixes("10.0.0.0/28"), [one])
        #expect(choice != .addresses(one.status.ips))
    }

    @Test func `goes on to the next block and says when all are full`() throws {
        let network = try Cards.network(gateway: nil, block: 30)
        let blocks = try Cards.prefixes("10.0.0.0/30", "10.0.0.8/30")
        var given: Set<IPPrefix> = []
        for index in 0..<7 {
            guard case .addresses(let addresses) = choose(try Cards.netdev(index), network, blocks)
            else {
                Issue.record("number \(index) got none")
                return
            }
            given.formUnion(addresses)
        }
        #expect(given.count == 7)
        let full = choose(try Cards.netdev(7), network, blocks)
        #expect(full == .needsBlock(network.spec.subnets[0]))
    }

    @Test func `a reservation does not outlive its block`() throws {
        let network = try Cards.network()
        let netdev = try Cards.netdev(1)
        _ = choose(netdev, network, try Cards.prefixes("10.0.0.0/28"))
        #expect(book.holders == ["uid-1"])
        let next = choose(netdev, network, try Cards.prefixes("10.0.0.16/28"))
        #expect(next == .addresses(try Cards.prefixes("10.0.0.16/24")))
    }

    @Test func `one block is taken at a time`() {
        #expect(book.beginTakingBlock())
        #expect(!book.beginTakingBlock())
        book.endTakingBlock()
        #expect(book.beginTakingBlock())
    }

    /// Netdevs come, get addresses, say so in their status or not yet, and go.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func `no two Netdevs ever have the same address`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let network = try Cards.network(exclude: ["10.0.0.8/29"])
        let blocks = try Cards.prefixes("10.0.0.0/28", "10.0.0.16/28")
        var living: [Int: Netdev] = [:]
        var owned: [Int: [IPPrefix]] = [:]
        for step in 0..<2000 {
            let index = Int.random(in: 0..<24, using: &generator)
            if living[index] != nil, Bool.random(using: &generator) {
                book.forget("uid-\(index)")
                living[index] = nil
                owned[index] = nil
                continue
            }
            let netdev = try living[index] ?? Cards.netdev(index)
            let others = living.filter { $0.key != index }.map(\.value)
            guard case .addresses(let mine) = choose(netdev, network, blocks, others) else {
                #expect(owned.count >= 20, "step \(step): there were free addresses")
                continue
            }
            let others2 = Set(owned.filter { $0.key != index }.values.flatMap(\.self))
            #expect(others2.isDisjoint(with: mine), "step \(step)")
            #expect(owned[index] == nil || owned[index] == mine, "step \(step): it was changed")
            owned[index] = mine
            var after = netdev
            if Bool.random(using: &generator) {
                after.status.ips = mine
                book.forget(after.metadata.uid)
            }
            living[index] = after
        }
    }
}
