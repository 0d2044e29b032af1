// SPDX-License-Identifier: Apache-2.0

/// The name of an extended resource, `domain/name`.
///
/// Source: `IsExtendedResourceName` of kubernetes/pkg/apis/core/v1/helper.
package struct ResourceName: Hashable, Sendable {
    package let text: String

    private static let longestName = 63
    private static let longestDomain = 253

    /// Takes a name that a device plugin may register; nil for every other.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, Self.isDomain(parts[0]), Self.isName(parts[1]) else { return nil }
        guard !parts[0].hasSuffix("kubernetes.io"), !text.hasPrefix("requests.") else { return nil }
        // It must still be a name when a quota puts `requests.` before it.
        guard "requests.".count + parts[0].count <= Self.longestDomain else { return nil }
        self.text = text
    }

    /// Lower-case labels with dots between them.
    private static func isDomain(_ text: Substring) -> Bool {
        text.utf8.count <= longestDomain
            && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
                isFramed(label) { isLower($0) || isDigit($0) }
                    && label.utf8.allSatisfy { isLower($0) || isDigit($0) || $0 == 0x2d }
            }
    }

    /// Letters and digits, in between also `-`, `_` and `.`.
    private static func isName(_ text: Substring) -> Bool {
        text.utf8.count <= longestName && isFramed(text, isAlphanumeric)
            && text.utf8.allSatisfy { isAlphanumeric($0) || [0x2d, 0x2e, 0x5f].contains($0) }
    }

    private static func isFramed(_ text: Substring, _ fits: (UInt8) -> Bool) -> Bool {
        guard let first = text.utf8.first, let last = text.utf8.last else { return false }
        return fits(first) && fits(last)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        isLower(byte) || isDigit(byte) || (0x41...0x5a).contains(byte)
    }

    private static func isLower(_ byte: UInt8) -> Bool { (0x61...0x7a).contains(byte) }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
