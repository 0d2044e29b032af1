// SPDX-License-Identifier: Apache-2.0

public import Addressing

/// How a subnet is cut into blocks, one or more for each node.
///
/// A pure value: which blocks are taken comes in as an argument, and taking one (making the object
/// that is named after it) is the caller's business.
public struct BlockPlan: Hashable, Sendable {
    /// The subnet, host bits zero.
    public let subnet: IPPrefix

    /// The router's address, never given away.
    public let gateway: IPAddress?

    /// Parts of the subnet that somebody else gives away.
    public let exclude: [IPPrefix]

    /// Bits of a block's network part, from the subnet's to the width of the family.
    public let blockLength: Int

    /// Blocks of 16 addresses of IPv4, 65,536 of IPv6; smaller subnets are one block.
    private static func usualLength(_ family: IPAddress.Family) -> Int {
        family == .v4 ? 28 : 112
    }

    /// A plan for `subnet`; a `blockLength` that does not fit is put within its bounds.
    public init(
        subnet: IPPrefix,
        gateway: IPAddress?,
        exclude: [IPPrefix] = [],
        blockLength: Int? = nil
    ) {
        self.subnet = subnet.canonical
        self.gateway = gateway
        self.exclude = exclude
        let family = subnet.address.family
        let wanted = blockLength ?? Self.usualLength(family)
        self.blockLength = min(max(wanted, subnet.length), family.bitWidth)
    }

    /// What can be given away of `block`.
    public func range(of block: IPPrefix) -> AddressRange {
        AddressRange(prefix: subnet, gateway: gateway, exclude: exclude, block: block)
    }

    /// The first block that overlaps none of `taken` and has an address to give.
    ///
    /// A taken block of another size, from before the plan was changed, is jumped over whole.
    ///
    /// - Returns: nil when there is none.
    public func next(taken: some Collection<IPPrefix>) -> IPPrefix? {
        let taken = taken.filter { $0.overlaps(subnet) }
        var start: IPAddress? = subnet.network
        while let first = start, subnet.contains(first),
            let block = IPPrefix(first, length: blockLength)?.canonical
        {
            let obstacles = (taken + exclude).filter { $0.overlaps(block) }
            let isFree = !taken.contains { $0.overlaps(block) }
            if isFree, range(of: block).next(after: nil, taken: []) != nil { return block }
            let widest = obstacles.map(\.last).max() ?? block.last
            start = max(widest, block.last).advanced(by: 1)
        }
        return nil
    }
}
