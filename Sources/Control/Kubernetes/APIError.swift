// SPDX-License-Identifier: Apache-2.0

import Connections
public import HTTP
public import JSON
public import Kernel
public import Resources
import TLS

/// Why a request to an API server did not do what it was to.
public enum APIError: Error, Equatable, Sendable {
    /// There was no answer.
    case unanswered(server: String, HTTPFailure)
    /// The request was not sent: so many are due before it that its time would be over.
    case heldBack(Duration)
    /// The token could not be read.
    case noToken(KernelError)
    /// What should be the token is empty, or has bytes that no token has; its source.
    case badToken(source: String)
    /// The program that knows the credential did not tell it.
    case noCredential(ExecFailure)
    /// The server does not know who is calling, although it was told, and told again.
    case unauthorized(server: String, credential: String)
    /// The server knows no such kind of object.
    case unknownKind(ResourceType)
    /// The server has none of these versions of a kind.
    case noneServed([ResourceType])
    /// The server refused, with its reason.
    case refused(APIStatus)
    /// The answer is of somebody in between.
    case foreign(ForeignAnswer)
    /// The answer is not what Kubernetes answers.
    case unexpected(what: String, status: Int, text: String)
    /// The answer is damaged: not whole, too deep, or no JSON after all.
    case damaged(what: String, status: Int, JSONError)
    /// The answer is compressed, and what it holds cannot be had.
    case compressed(what: String, reason: String)
    /// The answer is JSON, but not the object that was asked for.
    case misshapen(what: String, JSONShapeError)
    /// A watch, or the page of a list, wants history that the server no longer has.
    case gone(String)
}

extension APIError: CustomStringConvertible {
    /// One sentence for the operator.
    public var description: String {
        switch self {
        case .unanswered(let server, .connection(let failure)):
            "API server \(server): \(failure.reason)\(Self.hint(failure.reason))"
        case .unanswered(let server, let failure): "API server \(server): \(failure)"
        case .heldBack(let time):
            "the client's own rate of requests would hold this one back for \(time)"
        case .noToken(let cause): "the API server's token cannot be read: \(cause)"
        case .badToken(let source): "\(source) is empty, or no token at all"
        case .noCredential(let failure): "no credential for the API server: \(failure)"
        case .unauthorized(let server, let credential):
            "API server \(server) does not accept \(credential)"
        case .unknownKind(let type):
            "the API server knows no \(type.plural) of \(type.apiVersion); "
                + "install the manifests of this release first"
        case .noneServed(let types):
            "the API server has no \(types.first?.plural ?? "kinds") of "
                + types.map(\.apiVersion).joined(separator: " or ")
        case .refused(let status):
            status.message.isEmpty ? "\(status.code) \(status.reason)" : status.message
        case .foreign(let answer): "\(answer)"
        case .unexpected(let what, let status, let text):
            "\(what): the answer, status \(status), is not one of an API server: "
                + text.debugDescription
        case .damaged(let what, let status, let cause):
            "\(what): the answer, status \(status), is damaged: \(cause)"
        case .compressed(let what, let reason): "\(what): the answer is compressed: \(reason)"
        case .misshapen(let what, let cause): "\(what): \(cause)"
        case .gone(let message): message
        }
    }

    /// What the usual reason is, for failures that look strange from here.
    private static func hint(_ reason: ConnectionFailure.Reason) -> String {
        switch reason {
        case .insecure(.noCommonProtocol), .speaksText:
            "; HTTP/2 is needed, and a proxy in between that knows only HTTP/1.1 cannot be used"
        default: ""
        }
    }
}
