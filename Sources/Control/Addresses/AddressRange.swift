// SPDX-License-Identifier: Apache-2.0

public import Addressing

/// The addresses of one subnet that may be given to pods.
///
/// A pure value: who holds what comes in as an argument, so the truth stays in one place.
public struct AddressRange: Hashable, Sendable {
    /// The subnet, host bits zero.
    public let prefix: IPPrefix

    /// The router's address, never given away.
    public let gateway: IPAddress?

    /// Parts of the subnet that somebody else gives away.
    public let exclude: [IPPrefix]

    /// The part of the subnet that is ours to give, the subnet itself when nobody shares it.
    public let block: IPPrefix

    /// The addresses of `prefix` except its ends, `gateway` and `exclude`; of these only those in
    /// `block`, if there is one.
    public init(
        prefix: IPPrefix,
        gateway: IPAddress?,
        exclude: [IPPrefix] = [],
        block: IPPrefix? = nil
    ) {
        self.prefix = prefix.canonical
        self.gateway = gateway
        self.exclude = exclude
        self.block = (block ?? prefix).canonical
    }

    /// Whether a pod may have `address`.
    ///
    /// The network and broadcast addresses of IPv4 and the subnet-router anycast address of IPv6
    /// (RFC 4291 § 2.6.1) are not for pods; prefixes too small to have them (RFC 3021) lose
    /// nothing.
    public func allows(_ address: IPAddress) -> Bool {
        guard prefix.contains(address), block.contains(address), address != gateway else {
            return false
        }
        guard !exclude.contains(where: { $0.contains(address) }) else { return false }
        guard prefix.address.family.bitWidth - prefix.length > 1 else { return true }
        let isEnd = address == prefix.network || address == prefix.broadcast
        return !isEnd
    }

    /// A free address, searched upwards from the one after `cursor` and once around.
    ///
    /// Going round makes an address rest before it is used again, so stale neighbour caches have
    /// gone. Excluded ranges are jumped over, so the search looks at `taken.count` + a few
    /// addresses.
    ///
    /// - Returns: the address with the subnet's length, nil when none is free.
    public func next(after cursor: IPAddress?, taken: Set<IPAddress>) -> IPPrefix? {
        let start = cursor.flatMap { block.contains($0) ? $0.advanced(by: 1) : nil }
        let first = start.flatMap { block.contains($0) ? $0 : nil } ?? block.network
        let found =
            search(from: first, through: block.last, taken: taken)
            ?? search(from: block.network, through: first, taken: taken)
        return found.flatMap { IPPrefix($0, length: prefix.length) }
    }

    private func search(
        from first: IPAddress,
        through last: IPAddress,
        taken: Set<IPAddress>
    ) -> IPAddress? {
        var candidate: IPAddress? = first
        while let address = candidate, address <= last {
            if let hole = exclude.first(where: { $0.contains(address) }) {
                candidate = hole.last.advanced(by: 1)
            } else if allows(address), !taken.contains(address) {
                return address
            } else {
                candidate = address.advanced(by: 1)
            }
        }
        return nil
    }
}
