// SPDX-License-Identifier: Apache-2.0

package import Devices

extension FunctionPool {
    /// Our socket's file name in the kubelet's directory.
    package var socketName: String { "opi-xpu-\(network).sock" }

    /// The variable that tells a container its functions, as SR-IOV workloads know it.
    ///
    /// `PCIDEVICE_` and the resource in capitals.
    package var environmentKey: String {
        let name = resourceName.uppercased().map { $0.isLetter || $0.isNumber ? $0 : "_" }
        return "PCIDEVICE_" + String(name)
    }
}
