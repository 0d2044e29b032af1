// SPDX-License-Identifier: Apache-2.0

import JSON
package import Kernel
package import PCI

/// The Netdevs' files, one per function, replaced by rename so that a crash leaves old or new.
package struct NetdevFiles: Sendable {
    private let directory: String

    /// The files in `directory`, which is created when missing.
    package init(directory: String) throws(KernelError) {
        self.directory = directory
        try Files.makeDirectory(directory, mode: 0o700, parents: true)
    }

    /// All Netdevs, and a sentence for each file that cannot be read, which is left alone.
    package func load() throws(KernelError) -> (netdevs: [NetdevRecord], damaged: [String]) {
        var netdevs: [NetdevRecord] = []
        var damaged: [String] = []
        for name in try Files.list(directory).sorted() where name.hasSuffix(".json") {
            let path = "\(directory)/\(name)"
            do {
                let bytes = try Files.read(path, limit: 1 << 16)
                netdevs.append(try NetdevRecord(JSONNode(JSONValue(parsing: bytes))))
            } catch {
                damaged.append("\(path): \(error)")
            }
        }
        return (netdevs, damaged)
    }

    /// Writes the file of `netdev`.
    package func write(_ netdev: NetdevRecord) throws(KernelError) {
        try Files.write(netdev.json.encoded(), to: path(netdev.function))
    }

    /// Removes the file of `function`.
    package func remove(_ function: PCIAddress) throws(KernelError) {
        try Files.remove(path(function), missingOK: true)
    }

    private func path(_ function: PCIAddress) -> String {
        "\(directory)/\(function).json"
    }
}
