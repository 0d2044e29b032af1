// SPDX-License-Identifier: Apache-2.0

public import JSON
public import Kernel
public import YAML

/// Why a configuration file cannot be used.
public enum ConfigurationError: Error, Equatable, Sendable {
    /// It could not be read.
    case unreadable(path: String, KernelError)
    /// It is not YAML, of which JSON is a part.
    case malformed(path: String, YAMLError)
    /// It says something impossible.
    case invalid(path: String, JSONShapeError)
}

extension ConfigurationError: CustomStringConvertible {
    /// One sentence that names the file and the place in it.
    public var description: String {
        switch self {
        case .unreadable(let path, let cause): "configuration \(path) cannot be read: \(cause)"
        case .malformed(let path, let cause): "configuration \(path) is not valid YAML: \(cause)"
        case .invalid(let path, let cause): "configuration \(path): \(cause)"
        }
    }
}
