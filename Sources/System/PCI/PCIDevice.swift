// SPDX-License-Identifier: Apache-2.0

/// What sysfs tells about one PCI function.
public struct PCIDevice: Hashable, Sendable {
    /// A network interface of a device.
    public struct Interface: Hashable, Sendable {
        /// The interface's name now, in the namespace the tree was mounted from.
        public let name: String
        /// What the kernel calls the device right behind it: the PCI address, or `virtio3`.
        public let parentDevice: String

        /// An interface seen elsewhere, for instance one kept in a journal.
        public init(name: String, parentDevice: String) {
            self.name = name
            self.parentDevice = parentDevice
        }
    }

    /// Where it sits.
    public let address: PCIAddress
    /// Who made it, such as 0x8086.
    public let vendor: UInt16
    /// The maker's number for it.
    public let device: UInt16
    /// Class, subclass and programming interface in 24 bits; 0x02 is a network controller.
    public let classCode: UInt32
    /// The driver bound to it.
    public let driver: String?
    /// The memory node it is attached to, nil when it has none.
    public let numaNode: Int?
    /// Of a virtual function, the physical one it belongs to.
    public let physicalFunction: PCIAddress?
    /// Of a virtual function, its number there.
    public let virtualIndex: Int?
    /// How many virtual functions it can have, nil when it is not able to.
    public let totalVirtualFunctions: Int?
    /// How many virtual functions it has.
    public let virtualFunctionCount: Int
    /// Its network interfaces that are in this namespace.
    public let interfaces: [Interface]
    /// The number of its IOMMU group.
    public let iommuGroup: Int?

    /// Whether it is a virtual function.
    public var isVirtualFunction: Bool { physicalFunction != nil }

    /// Whether its class is that of a network controller.
    public var isNetworkController: Bool { classCode >> 16 == 0x02 }
}
