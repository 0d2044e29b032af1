// SPDX-License-Identifier: Apache-2.0

/// A hash that is the same in every process, on every computer and in every release.
///
/// It stands where a name must be short: in the ids of an OPI server and in labels. It is no
/// defence against somebody who looks for collisions.
public enum Fingerprint: Sendable {
    /// FNV-1a over the UTF-8 bytes, then the finaliser of MurmurHash3, because FNV's upper bits
    /// are poor for short texts.
    public static func of(_ text: String) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in text.utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
        }
        hash = (hash ^ (hash >> 33)) &* 0xff51_afd7_ed55_8ccd
        hash = (hash ^ (hash >> 33)) &* 0xc4ce_b9fe_1a85_ec53
        return hash ^ (hash >> 33)
    }

    /// The same as 16 lower-case hexadecimal digits.
    public static func digits(of text: String) -> String {
        let digits = String(of(text), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
