// SPDX-License-Identifier: Apache-2.0

import Kernel

/// The PCI part of a sysfs, or of a directory tree that looks like one.
///
/// Nothing is cached: every call tells how things are now. A device may vanish while it is read;
/// it is then told to be absent, not broken.
public struct SysfsTree: Hashable, Sendable {
    /// The mount point.
    public let root: String

    /// The tree below `root`.
    public init(root: String = "/sys") {
        self.root = root
    }

    /// The addresses of all devices, in order; those in domains beyond 16 bits are left out.
    ///
    /// - Throws: ``PCIError/unreadable(_:)``.
    public func addresses() throws(PCIError) -> [PCIAddress] {
        try list("\(root)/bus/pci/devices").compactMap { PCIAddress($0) }.sorted()
    }

    /// What is known about the device at `address`, nil when there is none.
    ///
    /// - Throws: ``PCIError``.
    public func device(at address: PCIAddress) throws(PCIError) -> PCIDevice? {
        let path = path(of: address)
        do {
            return try read(path, address)
        } catch {
            if case .unreadable = error, try !exists(path) { return nil }
            throw error
        }
    }

    /// The network interfaces of the device at `address`, none when it is gone.
    ///
    /// What ``device(at:)`` tells too, without reading anything else.
    ///
    /// - Throws: ``PCIError``.
    public func interfaces(of address: PCIAddress) throws(PCIError) -> [PCIDevice.Interface] {
        let path = path(of: address)
        do {
            return try interfaces(path, address)
        } catch {
            if case .unreadable = error, try !exists(path) { return [] }
            throw error
        }
    }

    /// The virtual functions of the device at `address`, by their number there.
    ///
    /// - Throws: ``PCIError``.
    public func virtualFunctions(
        of address: PCIAddress
    ) throws(PCIError) -> [Int: PCIAddress] {
        let path = path(of: address)
        var functions: [Int: PCIAddress] = [:]
        for name in try list(path) where name.hasPrefix("virtfn") {
            guard let index = Int(name.dropFirst(6)), index >= 0 else { continue }
            functions[index] = try addressLink("\(path)/\(name)")
        }
        return functions
    }

    /// The directory of a device.
    public func path(of address: PCIAddress) -> String {
        "\(root)/bus/pci/devices/\(address)"
    }

    private func read(_ path: String, _ address: PCIAddress) throws(PCIError) -> PCIDevice? {
        guard try exists(path) else { return nil }
        let physical = try addressLink("\(path)/physfn")
        return PCIDevice(
            address: address,
            vendor: try hexadecimal("\(path)/vendor"),
            device: try hexadecimal("\(path)/device"),
            classCode: try hexadecimal("\(path)/class"),
            driver: try link("\(path)/driver"),
            numaNode: try number("\(path)/numa_node", atLeast: -1).flatMap { $0 < 0 ? nil : $0 },
            physicalFunction: physical,
            virtualIndex: try physical.flatMap { (physical) throws(PCIError) in
                try virtualFunctions(of: physical).first { $0.value == address }?.key
            },
            totalVirtualFunctions: try number("\(path)/sriov_totalvfs"),
            virtualFunctionCount: try number("\(path)/sriov_numvfs") ?? 0,
            interfaces: try interfaces(path, address),
            iommuGroup: try group("\(path)/iommu_group")
        )
    }

    /// Interfaces sit right below a device, or below the virtio device that a virtio function is.
    private func interfaces(
        _ path: String,
        _ address: PCIAddress
    ) throws(PCIError) -> [PCIDevice.Interface] {
        var interfaces: [PCIDevice.Interface] = []
        let virtio = try list(path).filter { $0.hasPrefix("virtio") }
        let parents =
            [(path, address.description)] + virtio.map { ("\(path)/\($0)", $0) }
        for (directory, parent) in parents where try exists("\(directory)/net") {
            interfaces += try list("\(directory)/net").map {
                PCIDevice.Interface(name: $0, parentDevice: parent)
            }
        }
        return interfaces
    }
}
