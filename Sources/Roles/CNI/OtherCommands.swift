// SPDX-License-Identifier: Apache-2.0

import Addressing
import Attachment
import Kernel
import Links

/// CHECK: whether the interface still is what ADD made.
struct CheckCommand: Sendable {
    let invocation: Invocation
    let parts: Parts

    /// Looks at the record, the interface, its MAC address and its addresses.
    ///
    /// - Throws: code 104 naming what differs.
    func run() throws(CNIError) {
        do {
            let record = try parts.journal.record(
                containerID: invocation.containerID,
                interfaceName: invocation.interfaceName
            )
            guard let record, record.isComplete else {
                throw CNIError(.checkFailed, "no attachment of this container is recorded")
            }
            let home = try parts.homeSocket()
            let pod = try parts.podSocket(at: invocation.networkNamespace, besides: home)
            guard let link = try pod.link(named: record.interfaceName),
                parts.finder.identity(of: record.function).matches(link)
            else {
                let text = "\(record.interfaceName) is not function \(record.function)"
                throw CNIError(.checkFailed, text)
            }
            guard link.isUp, link.mac == record.mac else {
                let text = "\(record.interfaceName) is down or has another MAC address"
                throw CNIError(.checkFailed, text)
            }
            let present = try pod.addresses(of: link.index)
            if let lost = record.addresses.first(where: { !present.contains($0) }) {
                throw CNIError(.checkFailed, "\(record.interfaceName) has lost \(lost)")
            }
        } catch {
            throw CNIError(wrapping: error)
        }
    }
}

/// GC: brings home what no attachment of the runtime's list holds.
struct GarbageCollection: Sendable {
    let configuration: PluginConfiguration
    let parts: Parts

    /// Goes on over failures and reports the first.
    ///
    /// - Throws: code 7 without a list: an absent list must not mean that nothing is valid.
    func run() throws(CNIError) {
        guard let valid = configuration.validAttachments else {
            throw CNIError(.invalidConfiguration, "cni.dev/valid-attachments is missing")
        }
        var failure: CNIError?
        do throws(AttachmentError) {
            let (records, damaged) = try parts.journal.records()
            for sentence in damaged { parts.warn(sentence) }
            for record in records where !record.isAmong(valid) {
                do {
                    try parts.bringHome(record)
                } catch {
                    failure = failure ?? CNIError(wrapping: error)
                }
            }
        } catch {
            throw CNIError(error)
        }
        if let failure { throw failure }
    }
}

extension AttachmentRecord {
    fileprivate func isAmong(_ valid: [PluginConfiguration.Attachment]) -> Bool {
        valid.contains { isOf(containerID: $0.containerID, interfaceName: $0.interfaceName) }
    }
}
