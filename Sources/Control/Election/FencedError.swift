// SPDX-License-Identifier: Apache-2.0

public import Kubernetes

/// Why a leader's write was not made.
public enum FencedError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The term is over, or nobody can tell.
    case notLeading
    /// A later leader has written the object: our term is over, whatever our clock says.
    case deposed(object: String, by: Fence)
    /// The server refused, or did not answer.
    case request(APIError)

    /// One sentence for the operator.
    public var description: String {
        switch self {
        case .notLeading: "this process does not lead"
        case .deposed(let object, let fence):
            "\(object) was written by a later leader, number \(fence.number)"
        case .request(let error): "\(error)"
        }
    }
}
