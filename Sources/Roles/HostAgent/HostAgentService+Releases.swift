// SPDX-License-Identifier: Apache-2.0

package import Attachment
package import GRPC
import HostAPI
import Logging
import PCI
import Reconcile

extension HostAgentService {
    /// Does what DELs left behind while nobody listened.
    package func drainReleases() throws(Status) {
        let entries = try spool { () throws(AttachmentError) in try releases.pending() }
        for entry in entries {
            let release = entry.wish
            try self.release(release.containerID, release.interfaceName, spooledAs: entry)
            try spool { () throws(AttachmentError) in try releases.remove(entry) }
        }
    }

    /// Does what the device plugin left behind while nobody listened.
    ///
    /// One that is so old that nobody can be waiting for it any more is dropped, and so is one that
    /// asks for what there is not: ADD, which asks again, tells whoever wants to know.
    package func drainAllocations() throws(Status) {
        let entries = try spool { () throws(AttachmentError) in try allocations.pending() }
        for entry in entries {
            let wish = entry.wish
            let age = FunctionReconciler.now - wish.since
            if age < FunctionReconciler.allocationLifetime {
                var request = AllocateRequest()
                request.resourceName = wish.resourceName
                request.deviceIDs = wish.deviceIDs
                do throws(Status) {
                    _ = try allocate(request)
                } catch  where error.code == .unavailable {
                    return  // the networks are not known yet
                } catch {
                    log.warning(
                        "an allocation that was left behind cannot be done",
                        metadata: ["devices": "\(wish.deviceIDs)", "error": "\(error)"]
                    )
                }
            }
            try spool { () throws(AttachmentError) in try allocations.remove(entry) }
        }
    }

    private func isWaiting(_ entry: Spool<Release>.Entry) throws(Status) -> Bool {
        try spool { () throws(AttachmentError) in try releases.contains(entry) }
    }

    private func spool<Value>(
        _ body: () throws(AttachmentError) -> Value
    ) throws(Status) -> Value {
        do {
            return try body()
        } catch {
            throw Status(.internalError, "a spool cannot be used: \(error)")
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
        spooledAs entry: Spool<Release>.Entry? = nil
    ) throws(Status) {
        let released = try store.change {
            table throws(Status) -> ([NetdevRecord], dirty: [NetdevRecord]) in
            guard try entry.map(isWaiting(_:)) ?? true else { return ([], []) }
            let released = table.detach(
                containerID: containerID,
                interfaceName: interfaceName,
                now: FunctionReconciler.now
            )
            return (released, released)
        }
        for netdev in released {
            log.info("released", metadata: ["function": "\(netdev.function)"])
            queue.add(.function(netdev.function))
        }
    }
}
