// SPDX-License-Identifier: Apache-2.0

import Connections
public import HTTP
public import JSON
public import Kernel
public import Resources

/// Why a request to an API server did not do what it was to.
public enum APIError: Error, Equatable, Sendable {
    /// There was no answer.
    case unanswered(server: String, HTTPFailure)
    /// The token could not be read.
    case noToken(KernelError)
    /// The server does not know who is calling, although it was told.
    case unauthorized(server: String, credential: String)
    /// The server knows no such kind of object.
    case unknownKind(ResourceType)
    /// The server refused, with its reason.
    case refused(APIStatus)
    /// The answer is not what Kubernetes answers: a proxy's page, or damaged.
    case unexpected(what: String, status: Int, text: String)
    /// The answer is JSON, but not the object that was asked for.
    case misshapen(what: String, JSONShapeError)
    /// A watch, or the page of a list, wants history that the server no longer has.
    case gone(String)
}

/// A refusal in the server's own words.
public struct APIStatus: Hashable, Sendable {
    /// HTTP status code.
    public var code: Int
    /// The reason as a word, such as `Conflict`; empty when there was none.
    public var reason: String
    /// The reason as a sentence.
    public var message: String
    /// How long the server wants to be left alone.
    public var retryAfter: Duration?

    /// A refusal.
    public init(code: Int, reason: String, message: String, retryAfter: Duration? = nil) {
        self.code = code
        self.reason = reason
        self.message = message
        self.retryAfter = retryAfter
    }
}

extension APIError: CustomStringConvertible {
    /// One sentence for the operator.
    public var description: String {
        switch self {
        case .unanswered(let server, .connection(let failure)):
            "API server \(server): \(failure.reason)"
        case .unanswered(let server, let failure): "API server \(server): \(failure)"
        case .noToken(let cause): "the API server's token cannot be read: \(cause)"
        case .unauthorized(let server, let credential):
            "API server \(server) does not accept \(credential)"
        case .unknownKind(let type):
            "the API server knows no \(type.plural) of \(type.apiVersion); "
                + "install the manifests of this release first"
        case .refused(let status):
            status.message.isEmpty ? "\(status.code) \(status.reason)" : status.message
        case .unexpected(let what, let status, let text):
            "\(what): the answer, status \(status), is not one of an API server: "
                + text.debugDescription
        case .misshapen(let what, let cause): "\(what): \(cause)"
        case .gone(let message): message
        }
    }
}

extension APIError {
    private var code: Int? {
        guard case .refused(let status) = self else { return nil }
        return status.code
    }

    private func isRefused(_ code: Int, _ reason: String) -> Bool {
        guard case .refused(let status) = self else { return false }
        return status.code == code && status.reason == reason
    }

    /// The object does not exist.
    public var isNotFound: Bool { code == 404 }

    /// An object of that name exists already.
    public var isAlreadyExists: Bool { isRefused(409, "AlreadyExists") }

    /// The object is not what the writer believed it to be.
    public var isConflict: Bool { isRefused(409, "Conflict") }

    /// The history that was asked for is gone: list again.
    public var isGone: Bool {
        if case .gone = self { return true }
        return code == 410
    }

    /// How long the server wants to be left alone.
    public var retryAfter: Duration? {
        guard case .refused(let status) = self else { return nil }
        return status.retryAfter
    }
}
