// SPDX-License-Identifier: Apache-2.0

import Addressing
import Addresses
import Testing

@Suite struct BlockPlanTests {
    private func prefix(_ text: String) throws -> IPPrefix { try #require(IPPrefix(text)) }

    private func plan(
        _ subnet: String,
        _ length: Int? = nil,
        exclude: [String] = []
    ) throws
        -> BlockPlan
    {
        BlockPlan(
            subnet: try prefix(subnet),
            gateway: nil,
            exclude: try exclude.map(prefix),
            blockLength: length
        )
    }

    @Test(arguments: [
        ("10.0.0.0/24", 28, [], "10.0.0.0/28"),
        ("10.0.0.0/24", 28, ["10.0.0.0/28"], "10.0.0.16/28"),
        ("10.0.0.0/24", 28, ["10.0.0.0/28", "10.0.0.32/28"], "10.0.0.16/28"),
        ("10.0.0.0/24", 28, ["10.0.0.0/25"], "10.0.0.128/28"),
        ("10.0.0.0/24", 26, ["10.0.0.16/28"], "10.0.0.64/26"),
        ("10.0.0.0/24", 16, [], "10.0.0.0/24"),
        ("10.0.0.0/30", 28, [], "10.0.0.0/30"),
        ("fd00::/64", 112, ["fd00::/112"], "fd00::1:0/112"),
    ])
    func `takes the first free block`(
        subnet: String,
        length: Int,
        taken: [String],
        block: String
    ) throws {
        let taken = try taken.map(prefix)
        #expect(try plan(subnet, length).next(taken: taken) == prefix(block))
    }

    @Test func `jumps over what is excluded`() throws {
        let plan = try plan("10.0.0.0/24", 28, exclude: ["10.0.0.0/25"])
        #expect(try plan.next(taken: []) == prefix("10.0.0.128/28"))
    }

    @Test func `blocks never overlap and use the subnet up`() throws {
        let plan = try plan("10.0.0.0/24", 28)
        var taken: [IPPrefix] = []
        while let block = plan.next(taken: taken) {
            #expect(!taken.contains { $0.overlaps(block) })
            taken.append(block)
        }
        #expect(taken.count == 16)
    }

    @Test func `gives each address of its blocks once, the subnet's ends and gateway never`() throws
    {
        let subnet = try prefix("10.0.0.0/27")
        let gateway = try #require(IPAddress("10.0.0.17"))
        let plan = BlockPlan(subnet: subnet, gateway: gateway, blockLength: 28)
        var given: Set<IPAddress> = []
        for block in [try prefix("10.0.0.0/28"), try prefix("10.0.0.16/28")] {
            while let next = plan.range(of: block).next(after: nil, taken: given) {
                #expect(next.length == 27)
                #expect(block.contains(next.address))
                #expect(given.insert(next.address).inserted)
            }
        }
        #expect(given.count == 29)
        #expect(!given.contains(gateway))
        #expect(!given.contains(subnet.network) && !given.contains(subnet.last))
    }
}
