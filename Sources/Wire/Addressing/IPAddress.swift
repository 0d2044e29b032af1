// SPDX-License-Identifier: Apache-2.0

import Bytes

/// An IP address of either family as a number, the first octet most significant.
///
/// Every IPv4 address sorts before every IPv6 address. An IPv4-mapped IPv6 address is an IPv6
/// address: it equals nothing of the other family.
public enum IPAddress: Hashable, Comparable, Sendable {
    /// An IPv4 address.
    case v4(UInt32)

    /// An IPv6 address.
    case v6(UInt128)

    /// The version of the protocol.
    public enum Family: Hashable, Sendable {
        /// IPv4, addresses of 32 bits.
        case v4

        /// IPv6, addresses of 128 bits.
        case v6

        /// The length of an address in bits, which is also the longest prefix.
        public var bitWidth: Int {
            switch self {
            case .v4: 32
            case .v6: 128
            }
        }
    }

    /// An address from its octets, nil unless there are 4 or 16.
    public init?(octets: some Collection<UInt8>) {
        self.init(octets: Array(octets))
    }

    /// An address from its octets, nil unless there are 4 or 16.
    public init?(octets: [UInt8]) {
        var bits: UInt128 = 0
        for octet in octets.prefix(16) { bits = bits << 8 | UInt128(octet) }
        switch octets.count {
        case 4: self = .v4(UInt32(bits))
        case 16: self = .v6(bits)
        default: return nil
        }
    }

    /// An address from borrowed octets, nil unless there are 4 or 16.
    public init?(octets: Span<UInt8>) {
        guard octets.count <= 16 else { return nil }
        self.init(octets: [UInt8](copying: octets))
    }

    /// The octets in wire order, 4 or 16 of them.
    public var octets: [UInt8] {
        switch self {
        case .v4(let bits): Self.octets(bits)
        case .v6(let bits): Self.octets(bits)
        }
    }

    /// Which protocol the address belongs to.
    public var family: Family {
        switch self {
        case .v4: .v4
        case .v6: .v6
        }
    }

    /// The address `distance` steps away, nil where the family has none.
    public func advanced(by distance: Int) -> IPAddress? {
        switch self {
        case .v4(let bits): Self.step(bits, by: distance).map(IPAddress.v4)
        case .v6(let bits): Self.step(bits, by: distance).map(IPAddress.v6)
        }
    }

    private static func octets<T: FixedWidthInteger>(_ bits: T) -> [UInt8] {
        stride(from: T.bitWidth - 8, through: 0, by: -8).map {
            UInt8(truncatingIfNeeded: bits >> T($0))
        }
    }

    private static func step<T: FixedWidthInteger>(_ bits: T, by distance: Int) -> T? {
        guard let magnitude = T(exactly: distance.magnitude) else { return nil }
        let (result, overflow) =
            distance < 0
            ? bits.subtractingReportingOverflow(magnitude)
            : bits.addingReportingOverflow(magnitude)
        return overflow ? nil : result
    }
}
