// SPDX-License-Identifier: Apache-2.0

public import Kernel
public import YAML

/// Why an API server cannot even be asked.
public enum AccessError: Error, Equatable, Sendable {
    /// A file could not be read.
    case unreadable(path: String, KernelError)
    /// A kubeconfig is not YAML.
    case malformed(path: String, YAMLError)
    /// Something in `source` says the impossible.
    case invalid(source: String, String)
    /// No kubeconfig was named, and this is no pod.
    case notInCluster
}

extension AccessError: CustomStringConvertible {
    /// One sentence that names the file.
    public var description: String {
        switch self {
        case .unreadable(let path, let cause): "\(path) cannot be read: \(cause)"
        case .malformed(let path, let cause): "\(path): \(cause)"
        case .invalid(let source, let text): "\(source): \(text)"
        case .notInCluster:
            "no kubeconfig is configured, and KUBERNETES_SERVICE_HOST is not set as in a pod"
        }
    }
}
