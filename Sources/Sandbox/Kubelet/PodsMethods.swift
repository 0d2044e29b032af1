// SPDX-License-Identifier: Apache-2.0

public import RPC

/// The calls of `opi_xpu.sandbox.v1.Pods`.
public enum PodsMethods: Sendable {
    private static let service = "opi_xpu.sandbox.v1.Pods"

    /// Runs a pod; answered when it runs.
    public static let runPod = Method<RunPodRequest, RunPodResponse>(service, "RunPod")

    /// Deletes a pod; answered when nothing is left of it.
    public static let deletePod = Method<DeletePodRequest, DeletePodResponse>(service, "DeletePod")

    /// The pods there are.
    public static let listPods = Method<ListPodsRequest, ListPodsResponse>(service, "ListPods")

    /// What the device manager knows.
    public static let deviceState =
        Method<DeviceStateRequest, DeviceStateResponse>(service, "DeviceState")
}
