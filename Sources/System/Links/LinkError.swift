// SPDX-License-Identifier: Apache-2.0

public import Kernel
public import Netlink

/// Why something about links, addresses or routes was not done.
public enum LinkError: Error, Equatable, Sendable {
    /// The kernel refused `operation`; `explanation` are its own words, if it had any.
    case refused(operation: String, subject: String, errno: Errno, explanation: String?)
    /// The kernel has not answered in time; it may still carry the operation out.
    case timedOut(operation: String, subject: String)
    /// The kernel's answer or our own request cannot be expressed in netlink.
    case malformed(operation: String, cause: NetlinkError)
    /// So many changes happened meanwhile that no listing was consistent.
    case unstable(operation: String)
    /// No link of this description is in the namespace.
    case notFound(String)
    /// Several links claim to be the same function.
    case ambiguous(FunctionIdentity, names: [String])
    /// The name wanted for a link belongs to another one in the namespace it should go to.
    case nameTaken(String)
    /// After a failed move the link is not, or not as it was, in its namespace again.
    indirect case stranded(Whereabouts, cause: LinkError, attempt: LinkError?)
    /// Sockets, namespaces or files under /proc/sys were not to be had.
    case system(KernelError)

    /// Where a link is after a move that could not be undone.
    public enum Whereabouts: Hashable, Sendable {
        /// In the namespace it came from, but changed.
        case source(Link)
        /// In the namespace it was to go to, perhaps under its old name.
        case target(Link)
        /// In neither of the two namespaces, or they could not be searched.
        case unknown
    }
}

extension LinkError {
    /// The kernel's reason, nil when it was not the kernel that refused.
    public var errno: Errno? {
        switch self {
        case .refused(_, _, let errno, _): errno
        case .system(let error): error.errno
        default: nil
        }
    }
}

extension LinkError: CustomStringConvertible {
    /// One clause for an error message.
    public var description: String {
        switch self {
        case .refused(let operation, let subject, let errno, let explanation):
            "\(operation) \(subject): \(errno)" + (explanation.map { " (\($0))" } ?? "")
        case .timedOut(let operation, let subject):
            "\(operation) \(subject): no answer of the kernel in time"
        case .malformed(let operation, let cause):
            "\(operation): \(cause)"
        case .unstable(let operation):
            "\(operation): the links kept changing"
        case .notFound(let subject):
            "\(subject): no such link"
        case .ambiguous(let identity, let names):
            "\(identity): several links have it: \(names.joined(separator: ", "))"
        case .nameTaken(let name):
            "link name \(name): already taken in the target namespace"
        case .stranded(let whereabouts, let cause, let attempt):
            "\(cause); the link is \(whereabouts)" + (attempt.map { "; undoing it: \($0)" } ?? "")
        case .system(let error):
            error.description
        }
    }
}

extension LinkError.Whereabouts: CustomStringConvertible {
    /// A phrase for error messages.
    public var description: String {
        switch self {
        case .source(let link): "in its own namespace as \(link.name), not as it was"
        case .target(let link): "in the target namespace as \(link.name)"
        case .unknown: "in neither namespace"
        }
    }
}
