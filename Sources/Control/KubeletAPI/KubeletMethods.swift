// SPDX-License-Identifier: Apache-2.0

public import RPC

/// The calls of the kubelet's device plugin API, package `v1beta1`.
public enum KubeletMethods: Sendable {
    private static let plugin = "v1beta1.DevicePlugin"

    /// The API's version, as a plugin names it when it registers.
    public static let version = "v1beta1"

    /// Served by the kubelet: a plugin introduces itself.
    public static let register =
        Method<RegisterRequest, Empty>("v1beta1.Registration", "Register")

    /// The plugin's options.
    public static let options =
        Method<Empty, DevicePluginOptions>(plugin, "GetDevicePluginOptions")

    /// The devices, again after each change; a server stream that does not end.
    public static let listAndWatch =
        Method<Empty, ListAndWatchResponse>(plugin, "ListAndWatch")

    /// Devices for a pod that is being admitted.
    public static let allocate = Method<AllocateRequest, AllocateResponse>(plugin, "Allocate")

    /// Which devices the plugin would rather give away; only when its options announce it.
    public static let preferredAllocation =
        Method<PreferredAllocationRequest, PreferredAllocationResponse>(
            plugin,
            "GetPreferredAllocation"
        )

    /// A container with the devices is about to start; only when the plugin's options ask for it.
    public static let preStart =
        Method<PreStartContainerRequest, PreStartContainerResponse>(plugin, "PreStartContainer")
}

/// The calls of the kubelet's pod resources API, package `v1`.
public enum PodResourcesMethods: Sendable {
    private static let service = "v1.PodResourcesLister"

    /// The resources of every pod.
    public static let list =
        Method<ListPodResourcesRequest, ListPodResourcesResponse>(service, "List")

    /// What containers could get.
    public static let allocatable =
        Method<AllocatableResourcesRequest, AllocatableResourcesResponse>(
            service,
            "GetAllocatableResources"
        )

    /// The resources of one pod.
    public static let get = Method<GetPodResourcesRequest, GetPodResourcesResponse>(service, "Get")
}
