// SPDX-License-Identifier: Apache-2.0

public import GRPC
import Kernel
import RPC

/// The knobs of a software xPU, for a command line: every call blocks its thread, at most for the
/// timeout.
public struct XPUControl: Sendable {
    private let client: BlockingClient
    private let timeout: Duration

    /// The knobs behind the Unix socket at `path`.
    public init(socket path: String, timeout: Duration = .seconds(10)) {
        client = BlockingClient(unixPath: path)
        self.timeout = timeout
    }

    /// Has it accept OPI calls and answer none; without a time until ``resume()``.
    ///
    /// - Throws: ``GRPC/Status``, `UNAVAILABLE` when nobody listens.
    public func pause(for duration: Duration? = nil) throws(Status) {
        var request = PauseRequest()
        request.seconds = duration?.inSeconds ?? 0
        _ = try client.unary(ControlMethods.pause, request, deadline: .after(timeout))
    }

    /// Has it answer again, the calls that wait first.
    ///
    /// - Throws: ``GRPC/Status``.
    public func resume() throws(Status) {
        _ = try client.unary(ControlMethods.resume, ResumeRequest(), deadline: .after(timeout))
    }

    /// Has it forget every object and bridge, and be away for so long.
    ///
    /// - Throws: ``GRPC/Status``, `FAILED_PRECONDITION` when it is rebooting already.
    public func reboot(away duration: Duration = .zero) throws(Status) {
        var request = RebootRequest()
        request.seconds = duration.inSeconds
        _ = try client.unary(ControlMethods.reboot, request, deadline: .after(timeout))
    }

    /// What it is and has.
    ///
    /// - Throws: ``GRPC/Status``.
    public func status() throws(Status) -> XPUStatus {
        try client.unary(ControlMethods.status, StatusRequest(), deadline: .after(timeout))
    }

    /// Has it misbehave from now on; an empty text ends that.
    ///
    /// - Throws: ``GRPC/Status``, `INVALID_ARGUMENT` when the rules cannot be read.
    public func setFaults(_ rules: String) throws(Status) {
        var request = SetFaultsRequest()
        request.rules = rules
        _ = try client.unary(ControlMethods.setFaults, request, deadline: .after(timeout))
    }

    /// Which oddities it has from now on.
    ///
    /// - Throws: ``GRPC/Status``.
    public func setTraps(_ traps: Set<Trap>) throws(Status) {
        var request = SetTrapsRequest()
        request.traps = traps.map(\.rawValue).sorted()
        _ = try client.unary(ControlMethods.setTraps, request, deadline: .after(timeout))
    }
}
