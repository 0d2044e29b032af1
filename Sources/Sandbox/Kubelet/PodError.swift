// SPDX-License-Identifier: Apache-2.0

import GRPC
package import Kernel

/// Why a pod is not what its caller wants it to be.
package enum PodError: Error, Equatable, Sendable {
    /// A request that can never work.
    case invalid(String)
    /// There is such a pod already.
    case exists(String)
    /// There is no such pod.
    case missing(String)
    /// There are as many pods as there may be.
    case full(limit: Int)
    /// The device manager has refused it, for good; the kubelet's sentence.
    case admission(String)
    /// A CNI plugin has failed.
    case network(CNIFailure)
    /// A device plugin has refused to prepare the container's start.
    case preStart(String)
    /// The deadline passed; what went wrong last.
    case outOfTime(String)
    /// It was deleted while it was being made.
    case unwanted
    /// A record on disk cannot be understood.
    case damaged(path: String, reason: String)
    /// A file or namespace.
    case kernel(KernelError)
}

extension PodError: CustomStringConvertible {
    /// One sentence for the operator.
    package var description: String {
        switch self {
        case .invalid(let text), .preStart(let text), .admission(let text): text
        case .exists(let name): "pod \(name) exists already"
        case .missing(let name): "there is no pod \(name)"
        case .full(let limit): "there are \(limit) pods already"
        case .network(let failure): "\(failure)"
        case .outOfTime(let last): "the time is over: \(last)"
        case .unwanted: "the pod was deleted while it was being made"
        case .damaged(let path, let reason): "\(path) is damaged: \(reason)"
        case .kernel(let cause): "\(cause)"
        }
    }
}

extension PodError {
    /// The error as callers of the control API see it.
    var status: Status {
        let code: StatusCode =
            switch self {
            case .invalid: .invalidArgument
            case .exists: .alreadyExists
            case .missing: .notFound
            case .full: .resourceExhausted
            case .admission: .failedPrecondition
            case .network, .preStart, .outOfTime: .deadlineExceeded
            case .unwanted: .aborted
            case .damaged: .dataLoss
            case .kernel: .internalError
            }
        return Status(code, "\(self)")
    }
}
