// SPDX-License-Identifier: Apache-2.0

package import Attachment
package import GRPC
import Logging
import PCI
import Reconcile

extension HostAgentService {
    /// Does what DELs left behind while nobody listened.
    package func drainReleases() throws(Status) {
        let entries = try spool { () throws(AttachmentError) in try releases.pending() }
        for entry in entries {
            let release = entry.release
            try self.release(release.containerID, release.interfaceName, spooledAs: entry)
            try spool { () throws(AttachmentError) in try releases.remove(entry) }
        }
    }

    private func isWaiting(_ entry: ReleaseSpool.Entry) throws(Status) -> Bool {
        try spool { () throws(AttachmentError) in try releases.contains(entry) }
    }

    private func spool<Value>(
        _ body: () throws(AttachmentError) -> Value
    ) throws(Status) -> Value {
        do {
            return try body()
        } catch {
            throw Status(.internalError, "the release spool cannot be used: \(error)")
        }
    }

    /// Gives back what a container holds.
    ///
    /// A wish from the spool that somebody else has done meanwhile is void: the same container may
    /// hold the function anew.
    ///
    /// - Throws: `INTERNAL` when spool or state cannot be used.
    package func release(
        _ containerID: String,
        _ interfaceName: String,
        spooledAs entry: ReleaseSpool.Entry? = nil
    ) throws(Status) {
        let released = try store.change { table throws(Status) -> ([Netdev], dirty: [Netdev]) in
            guard try entry.map(isWaiting(_:)) ?? true else { return ([], []) }
            let released = table.detach(
                containerID: containerID,
                interfaceName: interfaceName,
                now: NetdevReconciler.now
            )
            return (released, released)
        }
        for netdev in released {
            log.info("released", metadata: ["function": "\(netdev.function)"])
            queue.add(.function(netdev.function))
        }
    }
}
