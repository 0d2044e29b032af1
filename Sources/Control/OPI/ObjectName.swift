// SPDX-License-Identifier: Apache-2.0

/// The names under which an OPI server knows our objects.
///
/// A PCI address cannot be an id there (`[a-z][a-z0-9-]{3,62}`), and some server makes a netdev of
/// the id, so ids have at most 15 characters.
public enum ObjectName: Sendable {
    /// The prefix of bridge names on opi-evpn-bridge.
    public static let bridgePrefix = "//network.opiproject.org/bridges/"

    /// The prefix of port names on opi-evpn-bridge.
    public static let portPrefix = "//network.opiproject.org/ports/"

    /// The id of a function's port: `nd` and 12 hexadecimal digits of a hash of node and address.
    public static func portID(node: String, function: String) -> String {
        let text = String(hash("\(node)/\(function)") >> 16, radix: 16)
        return "nd" + String(repeating: "0", count: 12 - text.count) + text
    }

    /// The id of the logical bridge of a VLAN, the same for every node of a server.
    public static func bridgeID(vlan: UInt32) -> String {
        "vlan-\(vlan)"
    }

    /// FNV-1a over the bytes, then a finaliser, because FNV's upper bits are poor for short texts.
    private static func hash(_ text: String) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in text.utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
        }
        hash = (hash ^ (hash >> 33)) &* 0xff51_afd7_ed55_8ccd
        hash = (hash ^ (hash >> 33)) &* 0xc4ce_b9fe_1a85_ec53
        return hash ^ (hash >> 33)
    }
}
