// SPDX-License-Identifier: Apache-2.0

import Bytes

/// An EUI-48 hardware address, ordered as its octets are.
public struct MACAddress: Hashable, Sendable {
    /// The six octets as one number, the first octet most significant.
    private let bits: UInt64

    /// The address of all zeros, which stands for "none" in link attributes.
    public static let zero = MACAddress(bits: 0)

    private init(bits: UInt64) {
        self.bits = bits
    }

    /// An address from its octets, nil unless there are exactly six.
    public init?(octets: [UInt8]) {
        self.init(octets: octets.span)
    }

    /// An address from its octets, nil unless there are exactly six.
    public init?(octets: some Collection<UInt8>) {
        self.init(octets: Array(octets))
    }

    /// An address from borrowed octets, nil unless there are exactly six.
    public init?(octets: Span<UInt8>) {
        guard octets.count == 6 else { return nil }
        var bits: UInt64 = 0
        for index in octets.indices { bits = bits << 8 | UInt64(octets[index]) }
        self.bits = bits
    }

    /// An address from text: six pairs of hexadecimal digits, all joined by `:` or all by `-`.
    public init?(_ text: String) {
        let text = Array(text.utf8)
        guard text.count == 17, text[2] == Ascii.colon || text[2] == Ascii.dash else { return nil }
        var bits: UInt64 = 0
        for start in stride(from: 0, to: text.count, by: 3) {
            guard start == 0 || text[start - 1] == text[2],
                let octet: UInt64 = Ascii.hexadecimal(text[start..<(start + 2)])
            else { return nil }
            bits = bits << 8 | octet
        }
        self.bits = bits
    }

    /// The six octets in wire order.
    public var octets: [UInt8] {
        stride(from: 40, through: 0, by: -8).map { UInt8(truncatingIfNeeded: bits >> UInt64($0)) }
    }

    /// Whether it names a group, broadcast included (the I/G bit).
    public var isMulticast: Bool { bits >> 40 & 1 == 1 }

    /// Whether it was assigned by software and not by a manufacturer (the U/L bit).
    public var isLocallyAdministered: Bool { bits >> 40 & 2 == 2 }
}

extension MACAddress: Comparable {
    /// Compares the octets, first octet first.
    public static func < (left: Self, right: Self) -> Bool {
        left.bits < right.bits
    }
}

extension MACAddress: CustomStringConvertible {
    /// The lower-case form with colons, `02:00:5e:10:00:01`.
    public var description: String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for octet in octets {
            if !text.isEmpty { text.append(Ascii.colon) }
            text += [digits[Int(octet >> 4)], digits[Int(octet & 15)]]
        }
        return String(decoding: text, as: UTF8.self)
    }
}
