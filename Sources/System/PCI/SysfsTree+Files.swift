// SPDX-License-Identifier: Apache-2.0

import Kernel

/// The kinds of file that sysfs is made of.
extension SysfsTree {
    /// More than any of the files read here ever holds: one page.
    private static let limit = 4096

    func exists(_ path: String) throws(PCIError) -> Bool {
        try lifting { () throws(KernelError) in try Files.exists(path) }
    }

    func list(_ path: String) throws(PCIError) -> [String] {
        try lifting { () throws(KernelError) in try Files.list(path) }
    }

    /// A decimal number in a file, nil when there is no such file.
    func number(_ path: String, atLeast least: Int = 0) throws(PCIError) -> Int? {
        guard try exists(path) else { return nil }
        let text = try text(path)
        guard let number = Int(text), number >= least else {
            throw .malformed(path: path, content: text)
        }
        return number
    }

    /// A number in a file, hexadecimal after `0x`.
    func hexadecimal<Number: FixedWidthInteger>(_ path: String) throws(PCIError) -> Number {
        let text = try text(path)
        guard text.hasPrefix("0x"), let number = Number(text.dropFirst(2), radix: 16),
            number >= 0
        else {
            throw .malformed(path: path, content: text)
        }
        return number
    }

    /// The last component of what a link points to, nil when there is no such link.
    func link(_ path: String) throws(PCIError) -> String? {
        guard try lifting({ () throws(KernelError) in try Files.kind(of: path) }) != nil else {
            return nil
        }
        let target = try lifting { () throws(KernelError) in try Files.target(ofLink: path) }
        guard let name = target.split(separator: "/").last else {
            throw .malformed(path: path, content: target)
        }
        return String(name)
    }

    /// The address a link points to, nil when there is no such link.
    func addressLink(_ path: String) throws(PCIError) -> PCIAddress? {
        guard let name = try link(path) else { return nil }
        guard let address = PCIAddress(name) else { throw .malformed(path: path, content: name) }
        return address
    }

    /// The number of an IOMMU group, nil when there is none.
    func group(_ path: String) throws(PCIError) -> Int? {
        guard let name = try link(path) else { return nil }
        guard let number = Int(name), number >= 0 else {
            throw .malformed(path: path, content: name)
        }
        return number
    }

    private func text(_ path: String) throws(PCIError) -> String {
        let bytes = try lifting { () throws(KernelError) in
            try Files.read(path, limit: Self.limit)
        }
        return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }

    private func lifting<Value>(
        _ body: () throws(KernelError) -> Value
    ) throws(PCIError) -> Value {
        do {
            return try body()
        } catch {
            throw .unreadable(error)
        }
    }
}
