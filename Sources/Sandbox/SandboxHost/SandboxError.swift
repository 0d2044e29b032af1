// SPDX-License-Identifier: Apache-2.0

import Kernel

/// Why a sandbox cannot do what it was asked.
public enum SandboxError: Error, Equatable, Sendable {
    /// A name that cannot begin the names of namespaces.
    case badName(String)
    /// One of that name is up already.
    case alreadyUp(String)
    /// None of that name is up.
    case notUp(String)
    /// A program that it needs is not there.
    case missing(program: String)
    /// A part ended, or did not come up in time; with the end of what it said.
    case partFailed(SandboxPart, why: String, said: String)
    /// Fewer functions than two networks need, or more than a card has.
    case tooManyFunctions(Int, limit: Int)
    /// Only root may make namespaces.
    case notRoot
    /// A signal ended it; what there was of it is removed.
    case interrupted(String)
    /// Something is still there after it was removed.
    case leftovers([String])
}

extension SandboxError: CustomStringConvertible {
    /// One sentence.
    public var description: String {
        switch self {
        case .badName(let name):
            "'\(name)' is not 1 to 30 lower-case letters, digits and hyphens with a letter first "
                + "and without '-pod'"
        case .alreadyUp(let name):
            "the sandbox '\(name)' is up already; opi-xpu-sandbox down --name \(name) ends it"
        case .notUp(let name): "there is no sandbox '\(name)'; opi-xpu-sandbox up starts one"
        case .missing(let program): "\(program) is not there"
        case .partFailed(let part, let why, let said):
            "\(part.rawValue) \(why)\(said.isEmpty ? "" : "; it said:\n\(said)")"
        case .tooManyFunctions(let count, let limit):
            "a card of the sandbox has 2 to \(limit) functions, not \(count)"
        case .interrupted(let name): "interrupted; nothing of the sandbox '\(name)' is left"
        case .notRoot: "network namespaces are made by root only"
        case .leftovers(let list): "still there: \(list.joined(separator: ", "))"
        }
    }
}
