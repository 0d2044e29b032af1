// SPDX-License-Identifier: Apache-2.0

package import Addressing
package import GRPC
package import Resources

/// What a Netdev's status should say after a pass.
package enum NetdevStatusPlan: Sendable {
    /// What a pass came to.
    package enum Outcome: Hashable, Sendable {
        /// The port is up.
        case up
        /// The card is at work; the text says on what.
        case waiting(String)
        /// It cannot be done; a reason of ``Resources/Condition``, and a sentence.
        case impossible(reason: String, String)
        /// The OPI server refused, or is away.
        case refused(Status)
    }

    /// The status for `netdev`, from what it says now.
    ///
    /// A port that was up stays `Connected` while the server cannot be asked: packets most likely
    /// flow, and nobody has seen that they do not. `now` is a time in RFC 3339.
    package static func status(
        of netdev: Netdev,
        after outcome: Outcome,
        addresses: [IPPrefix],
        in network: DPUNetwork?,
        port: Netdev.OPIPort,
        now: String
    ) -> Netdev.Status {
        var status = netdev.status
        let wasConnected = status.phase == .connected
        status.observedGeneration = netdev.metadata.generation
        if !addresses.isEmpty || network?.spec.subnets.isEmpty == true { status.ips = addresses }
        if let network {
            status.gateways = network.spec.subnets.compactMap(\.gateway)
            status.routes = network.spec.routes ?? []
        }
        status.opiPort = port
        var verdict = Condition.Status.no
        let (reason, message): (String, String)
        switch outcome {
        case .up:
            status.phase = .connected
            verdict = .yes
            (reason, message) = (Condition.done, "the port is up")
        case .waiting(let text):
            status.phase = .connecting
            (reason, message) = (Condition.inProgress, text)
        case .impossible(let why, let text):
            status.phase = .error
            (reason, message) = (why, text)
        case .refused(let error):
            let isAway = error.code == .unavailable || error.code == .deadlineExceeded
            status.phase = isAway && wasConnected ? .connected : .error
            verdict = isAway ? .unknown : .no
            reason = isAway ? Condition.serverUnavailable : Condition.serverRefused
            message = "OPI server \(port.server), port of \(netdev.spec.pciAddress): \(error)"
        }
        status.opiPort?.operStatus = verdict == .yes ? "Up" : verdict == .no ? "Down" : "Unknown"
        let generation = netdev.metadata.generation
        func set(_ type: String, _ value: Condition.Status, _ reason: String, _ message: String) {
            status.conditions.set(
                Condition(
                    type: type,
                    status: value,
                    reason: reason,
                    message: message,
                    lastTransitionTime: now,
                    observedGeneration: generation
                )
            )
        }
        set(Condition.ready, verdict, reason, message)
        set(Condition.portReady, verdict, reason, message)
        if network?.spec.subnets.isEmpty == true {
            status.conditions.removeAll { $0.type == Condition.addressAssigned }
        } else if network != nil {
            let has: Condition.Status = status.ips.isEmpty ? .no : .yes
            let text = status.ips.map(\.description).joined(separator: ", ")
            let why = has == .yes ? Condition.done : reason
            set(Condition.addressAssigned, has, why, has == .yes ? text : message)
        }
        return status
    }
}
