// SPDX-License-Identifier: Apache-2.0

import Attachment
import Kernel
import Links
import PCI

/// DEL: the function comes home and the card forgets the pod.
///
/// Needs nothing but the kernel and the journal. May be repeated; what is gone already is a
/// success.
struct DelCommand: Sendable {
    let invocation: Invocation
    let configuration: PluginConfiguration
    let parts: Parts

    /// Does it.
    ///
    /// - Throws: what the runtime is to be told; it will call again.
    func run() throws(CNIError) {
        do {
            let record = try parts.journal.record(
                containerID: invocation.containerID,
                interfaceName: invocation.interfaceName
            )
            if let record {
                try parts.bringHome(record)
            } else if try !recoverWithoutRecord() {
                try parts.hostAgent.release(release(of: configuration.function))
            }
        } catch {
            throw CNIError(wrapping: error)
        }
    }

    /// Without a record the function may still sit in the pod: the run directory was lost.
    ///
    /// Only the pod's own namespace is searched, and only for a function that no record gives to
    /// somebody else: a late DEL must not take what a new pod has.
    ///
    /// - Returns: whether it was there; it was then also released.
    private func recoverWithoutRecord() throws -> Bool {
        guard let function = configuration.function, !invocation.networkNamespace.isEmpty else {
            return false
        }
        return try parts.journal.withLock(on: function, deadline: parts.deadline) {
            guard try parts.readableRecord(of: function) == nil else { return false }
            let home = try parts.homeSocket()
            guard let pod = try existingPod(besides: home),
                let link = try pod.link(matching: parts.finder.identity(of: function)),
                let mac = link.permanentMAC ?? link.mac
            else { return false }
            let record = AttachmentRecord(
                function: function,
                containerID: invocation.containerID,
                interfaceName: invocation.interfaceName,
                networkNamespace: invocation.networkNamespace,
                homeName: AttachmentRecord.spareName(for: function),
                mac: mac,
                mtu: link.mtu
            )
            _ = try parts.mover.bringHome(record, to: home)
            try parts.hostAgent.release(release(of: function))
            try parts.journal.remove(function)
            return true
        }
    }

    private func existingPod(besides home: borrowing RouteSocket) throws -> RouteSocket? {
        do throws(CNIError) {
            return try parts.podSocket(at: invocation.networkNamespace, besides: home)
        } catch {
            guard error.code == .invalidNamespace else { throw error }
            return nil  // the namespace is gone, and with it every reason to look there
        }
    }

    private func release(of function: PCIAddress?) -> Release {
        Release(
            deviceID: function?.description ?? "",
            containerID: invocation.containerID,
            interfaceName: invocation.interfaceName
        )
    }
}
