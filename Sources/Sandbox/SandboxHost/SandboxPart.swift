// SPDX-License-Identifier: Apache-2.0

import Kernel

/// A process of the sandbox, in the order of starting.
public enum SandboxPart: String, CaseIterable, Sendable {
    /// The in-memory Kubernetes API server.
    case apiServer = "api-server"
    /// The card: an OPI server with the kernel behind it.
    case xpu
    /// The card's agent.
    case xpuAgent = "xpu-agent"
    /// The host's agent.
    case hostAgent = "host-agent"
    /// The stand-in of the kubelet and of the container runtime.
    case kubelet
    /// The device plugin.
    case devicePlugin = "device-plugin"

    /// How a part is started.
    struct Command {
        var program: String
        var arguments: [String]
        /// The namespace it runs in, nil for the machine's own.
        var namespace: String?
        /// Whether it says on standard output when it is ready.
        var tells: Bool
    }

    func command(_ plan: SandboxPlan) -> Command {
        let place = plan.place
        func ours(_ words: [String], in namespace: String?) -> Command {
            Command(
                program: plan.parts,
                arguments: [rawValue] + words,
                namespace: namespace,
                tells: true
            )
        }
        func role(_ configuration: String, in namespace: String) -> Command {
            Command(
                program: plan.product,
                arguments: [rawValue, "--config", configuration],
                namespace: namespace,
                tells: false
            )
        }
        switch self {
        case .apiServer:
            return ours(
                [
                    "--state", place.path("api"), "--listen", "127.0.0.1:0",
                    "--listen", "6443@\(place.hostNamespace)",
                    "--listen", "6443@\(place.xpuNamespace)", "--manifests", plan.manifests,
                    "--manifests", place.path("cluster"), "--tokens",
                    place.path("config/tokens.csv"),
                ],
                in: nil
            )
        case .xpu:
            return ours(
                [
                    "--listen", "unix:\(place.path("xpu/opi.sock"))", "--control",
                    place.xpuControl, "--representors", place.path("xpu/representors.json"),
                    "--datapath", "bridges", "--log", place.path("xpu/requests.jsonl"),
                ],
                in: place.xpuNamespace
            )
        case .xpuAgent: return role(place.path("config/xpu-agent.json"), in: place.xpuNamespace)
        case .hostAgent, .devicePlugin:
            return role(place.nodeConfiguration, in: place.hostNamespace)
        case .kubelet:
            return ours(
                [
                    "--state", place.kubeletState, "--device-plugins",
                    place.path("device-plugins"), "--pod-resources",
                    place.path("pod-resources/kubelet.sock"), "--networks",
                    place.path("networks"), "--cni-bin", place.path("bin"),
                    "--namespace-prefix", place.name, "--node", SandboxPlan.node,
                ],
                in: place.hostNamespace
            )
        }
    }
}
