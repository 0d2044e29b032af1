// SPDX-License-Identifier: Apache-2.0

package import Configuration
package import PCI

/// What pods of this node can be attached to, as it is now.
package struct NetworkDirectory: Sendable {
    private let look: @Sendable () -> [NetworkConfiguration]?

    /// A directory that asks `look` each time.
    package init(_ look: @escaping @Sendable () -> [NetworkConfiguration]?) {
        self.look = look
    }

    /// Whether it is known by now what there is.
    package var isKnown: Bool { look() != nil }

    /// All networks.
    package var networks: [NetworkConfiguration] { look() ?? [] }

    /// The network that the function belongs to.
    package func network(of function: PCIAddress) -> NetworkConfiguration? {
        networks.first { $0.devices.contains(function) }
    }

    /// The network of that name.
    package func network(named name: String) -> NetworkConfiguration? {
        networks.first { $0.name == name }
    }
}
