// SPDX-License-Identifier: Apache-2.0

package import Kubernetes

/// What a pass of the xPU agent looks at.
package enum CardKey: Hashable, Sendable, CustomStringConvertible {
    /// One Netdev's port, address and status.
    case netdev(ObjectKey)
    /// All ports of the server: those of our functions that no Netdev asks for are removed.
    case inventory

    package var description: String {
        switch self {
        case .netdev(let key): "netdev \(key)"
        case .inventory: "inventory"
        }
    }
}
