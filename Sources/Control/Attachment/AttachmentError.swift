// SPDX-License-Identifier: Apache-2.0

public import Kernel
public import Links
public import PCI

/// Why a function could not be moved, found or written down.
public enum AttachmentError: Error, Sendable {
    /// A file or namespace failed.
    case kernel(KernelError)
    /// Sysfs cannot be read.
    case bus(PCIError)
    /// The kernel refused something about a link.
    case link(LinkError)
    /// A record cannot be understood.
    case damaged(path: String, reason: String)
    /// Somebody else works on the function.
    case busy(PCIAddress)
    /// No link in this namespace belongs to the function.
    case notAtHome(PCIAddress)
    /// The pod's namespace has a link of that name.
    case nameTaken(name: String, namespace: String)
}

extension AttachmentError: CustomStringConvertible {
    /// One clause for an error message.
    public var description: String {
        switch self {
        case .kernel(let error): "\(error)"
        case .bus(let error): "\(error)"
        case .link(let error): "\(error)"
        case .damaged(let path, let reason): "record \(path) is damaged: \(reason)"
        case .busy(let function): "another operation on function \(function) is under way"
        case .notAtHome(let function):
            "no interface of function \(function) is in this network namespace"
        case .nameTaken(let name, let namespace):
            "an interface \(name) exists already in \(namespace)"
        }
    }
}
