// SPDX-License-Identifier: Apache-2.0

package import RPC

/// The calls of `opi_xpu.sandbox.v1.SoftwareXPU`.
package enum ControlMethods {
    private static let service = "opi_xpu.sandbox.v1.SoftwareXPU"

    package static let pause = Method<PauseRequest, Done>(service, "Pause")
    package static let resume = Method<ResumeRequest, Done>(service, "Resume")
    package static let reboot = Method<RebootRequest, Done>(service, "Reboot")
    package static let status = Method<StatusRequest, XPUStatus>(service, "Status")
    package static let setFaults = Method<SetFaultsRequest, Done>(service, "SetFaults")
    package static let setTraps = Method<SetTrapsRequest, Done>(service, "SetTraps")
}
