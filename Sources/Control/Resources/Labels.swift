// SPDX-License-Identifier: Apache-2.0

import Bytes

/// The labels by which agents watch only what is theirs.
///
/// A label's value has at most 63 characters and a node's name up to 253, so values are hashes; the
/// names themselves are in the spec.
public enum Labels: Sendable {
    /// The key of the hash of a Netdev's node.
    public static let node = "xpu.opiproject.org/node"

    /// The key of the hash of a Netdev's XPU.
    public static let xpu = "xpu.opiproject.org/xpu"

    /// The value that stands for `name`: 16 hexadecimal digits.
    public static func hash(_ name: String) -> String {
        Fingerprint.digits(of: name)
    }

    /// The selector of the objects whose label `key` stands for `name`.
    public static func selector(_ key: String, _ name: String) -> String {
        "\(key)=\(hash(name))"
    }
}
