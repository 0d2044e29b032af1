// SPDX-License-Identifier: Apache-2.0

extension IPAddress {
    /// An address from text, nil if it is not exactly one address.
    ///
    /// IPv4 is four decimal numbers without leading zeros. IPv6 is any form of RFC 4291 § 2.2, an
    /// IPv4 tail included; a zone (`%eth0`) is refused.
    public init?(_ text: String) {
        self.init(text: ArraySlice(text.utf8))
    }

    init?(text: ArraySlice<UInt8>) {
        if text.contains(Ascii.colon) {
            guard let bits = Self.parseV6(text) else { return nil }
            self = .v6(bits)
        } else {
            guard let bits = Self.parseV4(text) else { return nil }
            self = .v4(bits)
        }
    }

    private static func parseV4(_ text: ArraySlice<UInt8>) -> UInt32? {
        let parts = text.split(separator: Ascii.dot, omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bits: UInt32 = 0
        for part in parts {
            guard let octet = Ascii.decimal(part), octet <= 255 else { return nil }
            bits = bits << 8 | UInt32(octet)
        }
        return bits
    }

    private static func parseV6(_ text: ArraySlice<UInt8>) -> UInt128? {
        var rest = text
        var groups: [UInt16] = []
        var gap: Int?
        if rest.starts(with: [Ascii.colon, Ascii.colon]) {
            gap = 0
            rest.removeFirst(2)
        }
        while !rest.isEmpty, groups.count < 8 {
            let field = rest.prefix { $0 != Ascii.colon }
            rest = rest[field.endIndex...]
            if field.contains(Ascii.dot) {
                guard rest.isEmpty, let tail = parseV4(field) else { return nil }
                groups += [UInt16(tail >> 16), UInt16(truncatingIfNeeded: tail)]
                break
            }
            guard let group: UInt16 = Ascii.hexadecimal(field) else { return nil }
            groups.append(group)
            guard rest.popFirst() != nil else { break }
            if rest.first == Ascii.colon {
                guard gap == nil else { return nil }
                gap = groups.count
                rest.removeFirst()
            } else if rest.isEmpty {
                return nil
            }
        }
        return rest.isEmpty ? join(groups, gap: gap) : nil
    }

    /// The number of the groups, zeros filled in at the gap, which stands for at least one group.
    private static func join(_ groups: [UInt16], gap: Int?) -> UInt128? {
        guard gap == nil ? groups.count == 8 : groups.count < 8 else { return nil }
        var full = groups
        if let gap {
            full.insert(contentsOf: repeatElement(0, count: 8 - groups.count), at: gap)
        }
        return full.reduce(0) { $0 << 16 | UInt128($1) }
    }
}

extension IPAddress: CustomStringConvertible {
    /// The canonical text: dotted decimal, or RFC 5952.
    ///
    /// Only IPv4-mapped addresses (`::ffff:0:0/96`) get a dotted tail, as RFC 5952 § 5 recommends.
    public var description: String {
        switch self {
        case .v4(let bits):
            "\(bits >> 24).\(bits >> 16 & 255).\(bits >> 8 & 255).\(bits & 255)"
        case .v6(let bits) where bits >> 32 == 0xffff:
            "::ffff:" + IPAddress.v4(UInt32(truncatingIfNeeded: bits)).description
        case .v6(let bits): Self.print(bits)
        }
    }

    private static func print(_ bits: UInt128) -> String {
        let groups = stride(from: 112, through: 0, by: -16).map {
            UInt16(truncatingIfNeeded: bits >> UInt128($0))
        }
        let zeros = longestZeros(groups)
        let head = groups[..<zeros.lowerBound].map { String($0, radix: 16) }.joined(separator: ":")
        guard !zeros.isEmpty else { return head }
        let tail = groups[zeros.upperBound...].map { String($0, radix: 16) }.joined(separator: ":")
        return head + "::" + tail
    }

    /// The first longest run of two or more zero groups, or the empty range at the end.
    private static func longestZeros(_ groups: [UInt16]) -> Range<Int> {
        var best = 8..<8
        var start = 0
        for (index, group) in groups.enumerated() {
            guard group == 0 else {
                start = index + 1
                continue
            }
            let run = start..<(index + 1)
            if run.count > max(best.count, 1) { best = run }
        }
        return best
    }
}
