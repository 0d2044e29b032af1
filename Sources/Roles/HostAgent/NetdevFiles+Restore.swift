// SPDX-License-Identifier: Apache-2.0

package import Attachment
package import Configuration
package import Kernel

extension NetdevFiles {
    /// All Netdevs; one whose file is lost or damaged is restored from its attachment's record.
    ///
    /// A pod that runs keeps its port, and its addresses are given to nobody else, whatever became
    /// of our own files.
    ///
    /// - Returns: also a sentence for each file that cannot be read and each Netdev restored.
    package func load(
        restoring records: [AttachmentRecord],
        in networks: [NetworkConfiguration],
        now: Int
    ) throws(KernelError) -> (netdevs: [NetdevRecord], sentences: [String]) {
        var (netdevs, sentences) = try load()
        let known = Set(netdevs.map(\.function))
        for record in records where record.isComplete && !known.contains(record.function) {
            let network = networks.first { $0.devices.contains(record.function) }
            guard let network else { continue }
            let netdev = NetdevRecord(record, in: network, now: now)
            try write(netdev)
            netdevs.append(netdev)
            let holder = "container \(record.containerID)"
            sentences.append("\(record.function): restored from the attachment of \(holder)")
        }
        return (netdevs, sentences)
    }
}

extension NetdevRecord {
    /// What an attachment's record proves.
    fileprivate init(_ record: AttachmentRecord, in network: NetworkConfiguration, now: Int) {
        self.init(
            function: record.function,
            network: network.name,
            mac: record.mac,
            addresses: record.addresses,
            holder: Holder(
                containerID: record.containerID,
                interfaceName: record.interfaceName,
                pod: "",
                podUID: ""
            ),
            isWanted: true,
            since: now
        )
    }
}
