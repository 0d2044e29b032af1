// SPDX-License-Identifier: Apache-2.0

import Bytes

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
        "nd" + Fingerprint.digits(of: "\(node)/\(function)").prefix(12)
    }

    /// The id of the logical bridge of a VLAN, the same for every node of a server.
    public static func bridgeID(vlan: UInt32) -> String {
        "vlan-\(vlan)"
    }
}
