// SPDX-License-Identifier: Apache-2.0

import Foundation
import Kernel
public import PCI

/// A tree with the shape of a real sysfs: `bus/pci/devices` holds links into `devices`.
public final class FakeSysfs: Sendable {
    /// Its mount point.
    public let root: String

    /// What the module under test sees of it.
    public var tree: SysfsTree { SysfsTree(root: root) }

    /// A tree without devices.
    public init() throws {
        let number = UInt64.random(in: .min ... .max)
        root = "/tmp/opi-test-\(Kernel.Process.id)-\(String(number, radix: 16))"
        try Files.makeDirectory("\(root)/bus/pci/devices", parents: true)
    }

    deinit {
        do {
            try FileManager.default.removeItem(atPath: root)
        } catch {
            print("\(root) was not removed: \(error)")
        }
    }

    /// Adds a device with files given by name.
    public func add(_ address: String, _ files: [String: String] = [:]) throws {
        let directory = "devices/pci0000:00/0000:00:01.0/\(address)"
        try Files.makeDirectory("\(root)/\(directory)", parents: true)
        try Files.link("\(root)/bus/pci/devices/\(address)", to: "../../../\(directory)")
        let plain = ["vendor": "0x8086", "device": "0x10c9", "class": "0x020000"]
        for (name, content) in plain.merging(files, uniquingKeysWith: { $1 }) {
            try write(address, name, content)
        }
    }

    /// Writes a file of a device.
    public func write(_ address: String, _ name: String, _ content: String) throws {
        try Files.write(Array((content + "\n").utf8), to: "\(path(address))/\(name)")
    }

    /// Makes a link in a device's directory.
    public func link(_ address: String, _ name: String, to target: String) throws {
        try Files.link("\(path(address))/\(name)", to: target)
    }

    /// Makes a directory in a device's one.
    public func makeDirectory(_ address: String, _ name: String) throws {
        try Files.makeDirectory("\(path(address))/\(name)", parents: true)
    }

    /// The directory of a device.
    public func path(_ address: String) -> String { "\(root)/bus/pci/devices/\(address)" }
}
