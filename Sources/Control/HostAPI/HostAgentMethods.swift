// SPDX-License-Identifier: Apache-2.0

public import RPC

/// The calls of `opi_xpu.host.v1.HostAgent`.
public enum HostAgentMethods: Sendable {
    private static let service = "opi_xpu.host.v1.HostAgent"

    /// The kubelet has chosen functions for a pod.
    public static let allocate = Method<AllocateRequest, AllocateResponse>(service, "Allocate")

    /// A container wants a function; answered when the card is ready.
    public static let attach = Method<AttachRequest, AttachResponse>(service, "Attach")

    /// A container has given its function back.
    public static let detach = Method<DetachRequest, DetachResponse>(service, "Detach")

    /// The pools that the device plugin advertises, at once and after every change.
    public static let followPools = Method<FollowPoolsRequest, Pools>(service, "FollowPools")
}
