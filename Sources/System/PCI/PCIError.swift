// SPDX-License-Identifier: Apache-2.0

public import Kernel

/// Why facts about a PCI device are not to be had.
public enum PCIError: Error, Equatable, Sendable {
    /// A file or directory of the tree was not readable.
    case unreadable(KernelError)
    /// The file or link at `path` holds something that its kind never does.
    case malformed(path: String, content: String)
}

extension PCIError: CustomStringConvertible {
    /// One clause for an error message.
    public var description: String {
        switch self {
        case .unreadable(let error): error.description
        case .malformed(let path, let content):
            "\(path): unexpected content \(String(content.prefix(64)).debugDescription)"
        }
    }
}
