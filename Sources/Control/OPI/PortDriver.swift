// SPDX-License-Identifier: Apache-2.0

public import GRPC

/// Brings a port of an OPI server to what it should be, step by step.
///
/// Observes, plans with ``PortStep`` and takes steps until there is nothing to do but wait. Each
/// step is idempotent, so a pass may end anywhere and begin again.
public struct PortDriver: Sendable {
    /// What a pass came to.
    public enum Outcome: Hashable, Sendable {
        /// The port is as wanted, or gone when none is wanted.
        case settled
        /// The server is at work; the text says on what.
        case waiting(String)
    }

    private let gateway: EVPNGateway
    private let onStep: @Sendable (_ port: String, PortStep) -> Void

    /// A driver; `onStep` is told of each step before it is taken.
    public init(
        _ gateway: EVPNGateway,
        onStep: @escaping @Sendable (_ port: String, PortStep) -> Void
    ) {
        self.gateway = gateway
        self.onStep = onStep
    }

    /// One pass over the port `id`; a desired port of nil means it should not be.
    ///
    /// - Throws: the server's status; `FAILED_PRECONDITION` when another bridge is in the way or
    ///   the port is never as it was made.
    public func bring(
        port id: String,
        to desired: DesiredPort?
    ) async throws(Status) -> Outcome {
        var taken: [PortStep] = []
        while true {
            let observed = try await gateway.observe(port: id, vlan: desired?.vlan)
            let step = PortStep.next(desired: desired, observed: observed)
            onStep(id, step)
            if step == taken.last { return .waiting("the server shows no effect yet") }
            if taken.contains(step) {
                throw Status(.failedPrecondition, "port \(id) is never as it was made: \(taken)")
            }
            taken.append(step)
            switch (step, desired) {
            case (.done, _): return .settled
            case (.createBridge, let desired?): try await gateway.createBridge(for: desired)
            case (.createPort, let desired?): try await gateway.createPort(desired)
            case (.deletePort, _): try await gateway.deletePort(id)
            case (.conflict(let text), _): throw Status(.failedPrecondition, text)
            case (.wait(let text), _): return .waiting(text)
            case (.createBridge, nil), (.createPort, nil):
                preconditionFailure("nothing is made for a port nobody wants")
            }
        }
    }

    /// How soon to look again at a port that is so many seconds old: most are up within
    /// milliseconds.
    public static func pollInterval(sinceSeconds age: Int) -> Duration {
        age < 5 ? .milliseconds(10) : age < 30 ? .milliseconds(100) : .seconds(1)
    }
}
