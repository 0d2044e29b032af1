// SPDX-License-Identifier: Apache-2.0

package import Addressing
package import GRPC
package import Resources

/// The next step towards a Netdev in the cluster that says what this node wants.
package enum ClusterStep: Hashable, Sendable {
    /// Make it.
    case create
    /// Say who has the function now.
    case bind
    /// Delete it: it is not wanted, or it is another one.
    case delete
    /// The xPU agent is at work; the text says on what.
    case wait(String)
    /// The xPU agent could not do its part.
    case failed(Status)
    /// The port is up, and these are the pod's addresses.
    case connected([IPPrefix])
    /// There is none, as wanted.
    case absent

    /// The step from `observed` towards `desired`; nil means the Netdev should not be.
    ///
    /// A Netdev is never turned into another one: what asks the card for something else is deleted
    /// first, so that its addresses and its port go with it.
    package static func next(desired: Netdev?, observed: Netdev?) -> ClusterStep {
        guard let observed else { return desired == nil ? .absent : .create }
        if observed.metadata.isDeleting { return removal(of: observed) }
        guard let desired, desired.spec.asksTheSame(as: observed.spec) else { return .delete }
        guard desired.spec.hasSameHolder(as: observed.spec) else { return .bind }
        let ready = observed.status.conditions[Condition.ready]
        switch observed.status.phase {
        case .connected: return .connected(observed.status.ips)
        case .error: return .failed(Status(ready))
        case .connecting, .disconnected, nil:
            return .wait(ready?.message ?? "the xPU agent has not seen the Netdev yet")
        }
    }

    /// A deletion is a new generation: what was said of an older one says nothing about it.
    private static func removal(of observed: Netdev) -> ClusterStep {
        let ready = observed.status.conditions[Condition.ready]
        guard let ready, ready.status != .yes,
            ready.observedGeneration == observed.metadata.generation
        else { return .wait("the xPU agent is removing the old port") }
        return .failed(Status(ready))
    }
}

extension Netdev.Spec {
    /// Whether both ask the card for the same.
    func asksTheSame(as other: Netdev.Spec) -> Bool {
        nodeName == other.nodeName && xpuRef == other.xpuRef && pciAddress == other.pciAddress
            && macAddress == other.macAddress && networkRef == other.networkRef
    }

    /// Whether both name the same holder.
    func hasSameHolder(as other: Netdev.Spec) -> Bool {
        podRef == other.podRef && containerID == other.containerID && ifName == other.ifName
    }
}

extension Status {
    /// What the xPU agent says is wrong; a card that is away is no fault of the request.
    fileprivate init(_ ready: Condition?) {
        let isAway = ready?.reason == Condition.serverUnavailable
        self.init(isAway ? .unavailable : .internalError, ready?.message ?? "the xPU agent failed")
    }
}
