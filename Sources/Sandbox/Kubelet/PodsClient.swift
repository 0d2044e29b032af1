// SPDX-License-Identifier: Apache-2.0

import Connections
public import GRPC
import RPC

/// Asks the kubelet stand-in for pods.
public struct PodsClient: Sendable {
    private let channel: Channel

    private static let callTimeout = Duration.seconds(10)
    /// What a call may take beyond the time-out in its request.
    private static let grace = Duration.seconds(40)

    /// A client of the stand-in with this state folder; ``close()`` it at the end.
    public init(state: String) {
        channel = Channel(.unix(path: NodeAgentOptions.socket(state: state)))
    }

    /// Runs a pod and returns when it runs.
    ///
    /// - Throws: ``GRPC/Status``: `FAILED_PRECONDITION` when it was not admitted,
    ///   `DEADLINE_EXCEEDED` with the last error of the CNI, `ALREADY_EXISTS`, `INVALID_ARGUMENT`,
    ///   `UNAVAILABLE` when no stand-in listens.
    public func run(
        _ name: String,
        in namespace: String = "default",
        networks: [String],
        timeout: Duration = .seconds(60)
    ) async throws(Status) -> RunPodResponse {
        var request = RunPodRequest()
        request.name = name
        request.namespace = namespace
        request.networks = networks
        request.timeoutSeconds = timeout / .seconds(1)
        let deadline = timeout + Self.grace
        return try await channel.unary(PodsMethods.runPod, request, deadline: deadline)
    }

    /// Deletes a pod and returns when nothing is left of it.
    ///
    /// - Throws: ``GRPC/Status``: `NOT_FOUND`, `DEADLINE_EXCEEDED` with the last error of the CNI,
    ///   `UNAVAILABLE` when no stand-in listens.
    @discardableResult
    public func delete(
        _ name: String,
        in namespace: String = "default",
        timeout: Duration = .seconds(60)
    ) async throws(Status) -> DeletePodResponse {
        var request = DeletePodRequest()
        request.name = name
        request.namespace = namespace
        request.timeoutSeconds = timeout / .seconds(1)
        let deadline = timeout + Self.grace
        return try await channel.unary(PodsMethods.deletePod, request, deadline: deadline)
    }

    /// The pods there are.
    ///
    /// - Throws: ``GRPC/Status``.
    public func list() async throws(Status) -> [Pod] {
        let deadline = Self.callTimeout
        return try await channel.unary(
            PodsMethods.listPods,
            ListPodsRequest(),
            deadline: deadline
        ).pods
    }

    /// What the device manager knows.
    ///
    /// - Throws: ``GRPC/Status``.
    public func deviceState() async throws(Status) -> DeviceStateResponse {
        let deadline = Self.callTimeout
        return try await channel.unary(
            PodsMethods.deviceState,
            DeviceStateRequest(),
            deadline: deadline
        )
    }

    /// Closes the connection.
    public func close() async { await channel.close() }
}
