// SPDX-License-Identifier: Apache-2.0

/// An address with the length of its network part, host bits kept: `10.0.0.5/24`.
///
/// Two prefixes are equal only if their host bits are too; compare ``canonical`` for networks.
public struct IPPrefix: Hashable, Sendable {
    /// The address as it was given, host bits included.
    public let address: IPAddress

    /// Bits of the network part, from 0 to the width of the family.
    public let length: Int

    /// A prefix, nil if the length does not fit the family.
    public init?(_ address: IPAddress, length: Int) {
        guard (0...address.family.bitWidth).contains(length) else { return nil }
        self.address = address
        self.length = length
    }

    /// A prefix from text in CIDR notation, nil if it is not one; the length is not optional.
    public init?(_ text: String) {
        let parts = Array(text.utf8).split(
            separator: Ascii.slash,
            omittingEmptySubsequences: false
        )
        guard parts.count == 2, let address = IPAddress(text: parts[0]),
            let length = Ascii.decimal(parts[1])
        else { return nil }
        self.init(address, length: length)
    }

    private init(unchecked address: IPAddress, length: Int) {
        self.address = address
        self.length = length
    }

    /// The first address of the network: all host bits zero.
    public var network: IPAddress {
        switch address {
        case .v4(let bits): .v4(bits & Self.mask(length))
        case .v6(let bits): .v6(bits & Self.mask(length))
        }
    }

    /// The last address of the network: all host bits one.
    public var last: IPAddress {
        switch address {
        case .v4(let bits): .v4(bits | ~Self.mask(length))
        case .v6(let bits): .v6(bits | ~Self.mask(length))
        }
    }

    /// The IPv4 broadcast address; nil for IPv6 and for /31 (RFC 3021) and /32, which have none.
    public var broadcast: IPAddress? {
        address.family == .v4 && length <= 30 ? last : nil
    }

    /// The network mask as an address, `255.255.255.0`.
    public var mask: IPAddress {
        switch address {
        case .v4: .v4(Self.mask(length))
        case .v6: .v6(Self.mask(length))
        }
    }

    /// The same network without host bits.
    public var canonical: IPPrefix {
        IPPrefix(unchecked: network, length: length)
    }

    /// Whether `other` is in the network; never across families.
    public func contains(_ other: IPAddress) -> Bool {
        other.family == address.family && network <= other && other <= last
    }

    /// Whether the two networks share an address; then one lies within the other.
    public func overlaps(_ other: IPPrefix) -> Bool {
        length <= other.length ? contains(other.address) : other.contains(address)
    }

    private static func mask<T: FixedWidthInteger & UnsignedInteger>(_ length: Int) -> T {
        // A shift by the whole width gives zero: Swift's shifts do not wrap.
        T.max << (T.bitWidth - length)
    }
}

extension IPPrefix: CustomStringConvertible {
    /// CIDR notation, host bits included.
    public var description: String {
        "\(address)/\(length)"
    }
}
