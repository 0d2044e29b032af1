// SPDX-License-Identifier: Apache-2.0

public import Configuration
public import PCI

/// The functions behind one extended resource.
public struct FunctionPool: Hashable, Sendable {
    /// The network's name.
    public let network: String

    /// The extended resource, `domain/name`.
    public let resourceName: String

    /// The functions that belong to it, whether or not they are there.
    public let members: [PCIAddress]

    /// A pool of these functions.
    public init(network: String, resourceName: String, members: [PCIAddress]) {
        self.network = network
        self.resourceName = resourceName
        self.members = members
    }

    /// The pools of a configuration: one for each network that is advertised.
    public static func pools(of configuration: NodeConfiguration) -> [FunctionPool] {
        configuration.networks.compactMap { network in
            guard let resourceName = network.resourceName else { return nil }
            return FunctionPool(
                network: network.name,
                resourceName: resourceName,
                members: network.devices.sorted()
            )
        }
    }
}

/// A function as the kubelet shall see it.
public struct FunctionState: Hashable, Sendable {
    /// The function.
    public let function: PCIAddress

    /// Whether it is on the bus.
    public let isPresent: Bool

    /// Its NUMA node, nil when the machine does not say.
    public let numaNode: Int?

    /// A function in the given state.
    public init(function: PCIAddress, isPresent: Bool, numaNode: Int?) {
        self.function = function
        self.isPresent = isPresent
        self.numaNode = numaNode
    }
}

extension FunctionPool {
    /// What sysfs says of the members now.
    ///
    /// A function that cannot be read is not present: it may be on its way out.
    public func states(in tree: SysfsTree) -> [FunctionState] {
        members.map { function in
            do {
                let device = try tree.device(at: function)
                return FunctionState(
                    function: function,
                    isPresent: device != nil,
                    numaNode: device?.numaNode
                )
            } catch {
                return FunctionState(function: function, isPresent: false, numaNode: nil)
            }
        }
    }
}
