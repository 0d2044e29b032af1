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
}
