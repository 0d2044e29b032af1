// SPDX-License-Identifier: Apache-2.0

import GRPC
import RPC
import Synchronization

/// The knobs.
final class ControlService: Sendable {
    private struct State: Sendable {
        /// Nil while it reboots.
        var session: Session?
        var traps: Set<Trap>
    }

    /// A day: longer is a mistake.
    private static let longest = 86_400.0

    private let parts: Session.Parts
    private let state: Mutex<State>

    init(_ parts: Session.Parts, traps: Set<Trap>) {
        self.parts = parts
        state = Mutex(State(session: nil, traps: traps))
    }

    /// What the next boot has to have.
    var traps: Set<Trap> { state.withLock { $0.traps } }

    /// A boot is over, or with a session has come to its end.
    func runs(_ session: Session?) {
        state.withLock { $0.session = session }
    }

    var services: Services {
        var services = Services()
        services.handle(ControlMethods.pause) { request, _ async throws(Status) in
            try self.pause(request)
        }
        services.handle(ControlMethods.resume) { _, _ async throws(Status) in
            self.parts.gate.open()
            return Done()
        }
        services.handle(ControlMethods.reboot) { request, _ async throws(Status) in
            try self.reboot(request)
        }
        services.handle(ControlMethods.status) { _, _ async throws(Status) in
            try self.status()
        }
        services.handle(ControlMethods.setFaults) { request, _ async throws(Status) in
            try self.setFaults(request)
        }
        services.handle(ControlMethods.setTraps) { request, _ async throws(Status) in
            try self.setTraps(request)
        }
        return services
    }

    private func pause(_ request: PauseRequest) throws(Status) -> Done {
        let duration = try seconds(request.seconds)
        parts.gate.close(for: duration == .zero ? nil : duration)
        return Done()
    }

    private func reboot(_ request: RebootRequest) throws(Status) -> Done {
        let duration = try seconds(request.seconds)
        guard let session = state.withLock({ $0.session }) else {
            throw Status(.failedPrecondition, "it is rebooting already")
        }
        session.reboot(away: duration)
        return Done()
    }

    private func setFaults(_ request: SetFaultsRequest) throws(Status) -> Done {
        do {
            parts.faults.command(try FaultRules(parsing: Array(request.rules.utf8)))
            return Done()
        } catch {
            throw Status(.invalidArgument, "\(error)")
        }
    }

    private func setTraps(_ request: SetTrapsRequest) throws(Status) -> Done {
        let traps: Set<Trap>
        do {
            traps = try Trap.set(named: request.traps)
        } catch {
            throw Status(.invalidArgument, "\(error)")
        }
        let session = state.withLock { state in
            state.traps = traps
            return state.session
        }
        session?.set(traps)
        return Done()
    }

    private func status() throws(Status) -> XPUStatus {
        let (session, traps) = state.withLock { ($0.session, $0.traps) }
        var status = XPUStatus()
        status.traps = traps.map(\.rawValue).sorted()
        guard let session else {
            status.state = "rebooting"
            return status
        }
        status.state = parts.gate.isClosed ? "paused" : "running"
        status.uptimeSeconds = session.uptime.inSeconds
        status.objects = session.objects.map { object in
            var state = ObjectState()
            state.name = object.name
            state.state = object.condition.state
            state.details = object.condition.details
            return state
        }
        do {
            status.ports = try parts.dataPath.ports()
        } catch {
            throw Status(.internalError, "\(error)")
        }
        return status
    }

    private func seconds(_ number: Double) throws(Status) -> Duration {
        guard (0...Self.longest).contains(number) else {
            throw Status(.invalidArgument, "\(number) is not a number of seconds up to a day")
        }
        return .seconds(number)
    }
}
