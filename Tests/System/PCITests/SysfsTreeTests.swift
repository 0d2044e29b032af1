// SPDX-License-Identifier: Apache-2.0

import Kernel
import PCI
import TestSupport
import Testing

@Suite struct SysfsTreeTests {
    private let sysfs: FakeSysfs
    private let physical: PCIAddress
    private let virtual: PCIAddress

    init() throws {
        sysfs = try FakeSysfs()
        physical = try #require(PCIAddress("0000:3b:00.0"))
        virtual = try #require(PCIAddress("0000:3b:10.2"))
        try sysfs.add(
            "0000:3b:00.0",
            ["numa_node": "1", "sriov_totalvfs": "7", "sriov_numvfs": "2"]
        )
        try sysfs.add("0000:3b:10.0", ["device": "0x10ca", "numa_node": "-1"])
        try sysfs.add("0000:3b:10.2", ["device": "0x10ca", "numa_node": "-1"])
        for (index, address) in ["0000:3b:10.0", "0000:3b:10.2"].enumerated() {
            try sysfs.link(address, "physfn", to: "../0000:3b:00.0")
            try sysfs.link("0000:3b:00.0", "virtfn\(index)", to: "../\(address)")
        }
    }

    @Test func `a physical function`() throws {
        try sysfs.link("0000:3b:00.0", "driver", to: "../../../../bus/pci/drivers/igb")
        try sysfs.link("0000:3b:00.0", "iommu_group", to: "../../../../kernel/iommu_groups/17")
        try sysfs.makeDirectory("0000:3b:00.0", "net/ens1f0")
        let expected = PCIDevice.Interface(name: "ens1f0", parentDevice: "0000:3b:00.0")
        let device = try #require(try sysfs.tree.device(at: physical))
        #expect(device.vendor == 0x8086)
        #expect(device.device == 0x10c9)
        #expect(device.classCode == 0x020000)
        #expect(device.isNetworkController)
        #expect(device.driver == "igb")
        #expect(device.numaNode == 1)
        #expect(!device.isVirtualFunction)
        #expect(device.totalVirtualFunctions == 7)
        #expect(device.virtualFunctionCount == 2)
        #expect(device.interfaces == [expected])
        #expect(device.iommuGroup == 17)
        let functions = try sysfs.tree.virtualFunctions(of: physical)
        #expect(functions == [0: try #require(PCIAddress("0000:3b:10.0")), 1: virtual])
    }

    @Test func `a virtual function`() throws {
        let device = try #require(try sysfs.tree.device(at: virtual))
        #expect(device.device == 0x10ca)
        #expect(device.physicalFunction == physical)
        #expect(device.virtualIndex == 1)
        #expect(device.totalVirtualFunctions == nil)
        #expect(device.virtualFunctionCount == 0)
        #expect(device.driver == nil)
        #expect(device.numaNode == nil)
        #expect(device.iommuGroup == nil)
        #expect(device.interfaces.isEmpty)
    }

    @Test func `a virtio function has its interface one floor below`() throws {
        try sysfs.makeDirectory("0000:3b:10.2", "virtio3/net/eth4")
        let device = try #require(try sysfs.tree.device(at: virtual))
        let expected = PCIDevice.Interface(name: "eth4", parentDevice: "virtio3")
        #expect(device.interfaces == [expected])
    }

    @Test func `lists addresses in order and passes over what is none`() throws {
        try sysfs.add("10000:e1:00.0")
        let addresses = try sysfs.tree.addresses()
        #expect(addresses.map(\.description) == ["0000:3b:00.0", "0000:3b:10.0", "0000:3b:10.2"])
    }

    @Test func `a device that is not there`() throws {
        let absent = try #require(PCIAddress("0000:ff:00.0"))
        #expect(try sysfs.tree.device(at: absent) == nil)
        // What a device that was just unplugged can look like.
        try Files.link(sysfs.path("0000:ff:00.0"), to: "../../../devices/gone")
        #expect(try sysfs.tree.device(at: absent) == nil)
    }

    @Test func `a tree that is not there`() {
        let tree = SysfsTree(root: "/nowhere")
        let path = "/nowhere/bus/pci/devices"
        let reason = KernelError.refused(call: "opendir", subject: path, errno: .noSuchFile)
        #expect(throws: PCIError.unreadable(reason)) { try tree.addresses() }
    }

    @Test(arguments: [
        ("vendor", ""), ("vendor", "8086"), ("vendor", "0x18086"), ("vendor", "0x-1"),
        ("device", "0x"), ("class", "0xzz"), ("class", "0x100000000"), ("numa_node", "one"),
        ("numa_node", "-2"), ("sriov_totalvfs", "-1"), ("sriov_totalvfs", "99999999999999999999"),
        ("sriov_numvfs", "2 "), ("sriov_numvfs", "\u{0}"), ("vendor", "0x80\u{fffd}"),
    ])
    func `garbage in a file is told with its path`(name: String, content: String) throws {
        try sysfs.write("0000:3b:00.0", name, content)
        let path = "\(sysfs.path("0000:3b:00.0"))/\(name)"
        #expect(throws: PCIError.malformed(path: path, content: content)) {
            try sysfs.tree.device(at: physical)
        }
    }

    @Test func `a file without end is not read to its end`() throws {
        try sysfs.write("0000:3b:00.0", "vendor", String(repeating: "1", count: 5000))
        let path = "\(sysfs.path("0000:3b:00.0"))/vendor"
        #expect(throws: PCIError.unreadable(.tooLarge(subject: path, limit: 4096))) {
            try sysfs.tree.device(at: physical)
        }
    }

    @Test func `links to something else are told with their path`() throws {
        try Files.remove("\(sysfs.path("0000:3b:10.2"))/physfn")
        try sysfs.link("0000:3b:10.2", "physfn", to: "../../../etc/passwd")
        let path = "\(sysfs.path("0000:3b:10.2"))/physfn"
        #expect(throws: PCIError.malformed(path: path, content: "passwd")) {
            try sysfs.tree.device(at: virtual)
        }
        try sysfs.write("0000:3b:10.0", "driver", "not a link")
        let other = try #require(PCIAddress("0000:3b:10.0"))
        let driver = "\(sysfs.path("0000:3b:10.0"))/driver"
        let reason = KernelError.refused(call: "readlink", subject: driver, errno: .invalid)
        #expect(throws: PCIError.unreadable(reason)) { try sysfs.tree.device(at: other) }
    }

    @Test func `a function its parent does not know has no number`() throws {
        try Files.remove("\(sysfs.path("0000:3b:00.0"))/virtfn1")
        let device = try #require(try sysfs.tree.device(at: virtual))
        #expect(device.physicalFunction == physical)
        #expect(device.virtualIndex == nil)
    }

    @Test func `a missing file is told, a missing device is not`() throws {
        let path = "\(sysfs.path("0000:3b:00.0"))/class"
        try Files.remove(path)
        let reason = KernelError.refused(call: "open", subject: path, errno: .noSuchFile)
        #expect(throws: PCIError.unreadable(reason)) { try sysfs.tree.device(at: physical) }
    }

    @Test func `reads every device of this machine`() throws {
        let tree = SysfsTree()
        guard try Files.exists("/sys/bus/pci/devices") else { return }
        for address in try tree.addresses() {
            let device = try #require(try tree.device(at: address))
            let vendor = try Files.read("\(tree.path(of: address))/vendor", limit: 64)
            #expect(
                UInt16(String(decoding: vendor.dropFirst(2).dropLast(), as: UTF8.self), radix: 16)
                    == device.vendor
            )
        }
    }
}
