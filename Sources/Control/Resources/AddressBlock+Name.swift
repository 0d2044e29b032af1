// SPDX-License-Identifier: Apache-2.0

public import Addressing

extension AddressBlock {
    /// The one name of a range: `10.10.0.16-28`, or all eight groups of four digits and the length,
    /// `2001-0db8-0000-0000-0000-0000-0000-0000-64`.
    ///
    /// Host bits do not count: a range with two names would have two owners.
    public static func name(of cidr: IPPrefix) -> String {
        switch cidr.network {
        case .v4: "\(cidr.network)-\(cidr.length)"
        case .v6(let bits):
            (groups(bits) + ["\(cidr.length)"]).joined(separator: "-")
        }
    }

    /// The range of that name; nil if ``name(of:)`` gives it to none.
    public static func cidr(named name: String) -> IPPrefix? {
        guard let dash = name.lastIndex(of: "-") else { return nil }
        let head = name[..<dash]
        let address = head.contains(".") ? String(head) : head.map { $0 == "-" ? ":" : $0 }.text
        guard let cidr = IPPrefix("\(address)/\(name[name.index(after: dash)...])") else {
            return nil
        }
        return Self.name(of: cidr) == name ? cidr : nil
    }

    private static func groups(_ bits: UInt128) -> [String] {
        stride(from: 112, through: 0, by: -16).map { shift in
            let group = String(bits >> UInt128(shift) & 0xffff, radix: 16)
            return String(repeating: "0", count: 4 - group.count) + group
        }
    }
}

extension [Character] {
    /// The characters as one text.
    fileprivate var text: String { String(self) }
}
