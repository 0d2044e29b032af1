// SPDX-License-Identifier: Apache-2.0

import Connections
import HTTP
import TLS

extension APIError {
    private var status: APIStatus? {
        guard case .refused(let status) = self else { return nil }
        return status
    }

    private func isRefused(_ code: Int, _ reason: String) -> Bool {
        status.map { $0.code == code && $0.reason == reason } ?? false
    }

    /// The object does not exist.
    public var isNotFound: Bool { status?.code == 404 }

    /// An object of that name exists already.
    public var isAlreadyExists: Bool { isRefused(409, "AlreadyExists") }

    /// The object is not what the writer believed it to be; also when others own applied fields.
    public var isConflict: Bool { isRefused(409, "Conflict") }

    /// Other field managers own what was applied; ``causes`` names the fields.
    ///
    /// Source: KEP-555.
    public var isFieldManagerConflict: Bool {
        isConflict && causes.contains { $0.reason == "FieldManagerConflict" }
    }

    /// The history that was asked for is gone: list again.
    public var isGone: Bool {
        if case .gone = self { return true }
        return status?.code == 410
    }

    /// The object is not valid; ``causes`` names the fields.
    public var isInvalid: Bool { status?.code == 422 }

    /// The request itself is wrong.
    public var isBadRequest: Bool { status?.code == 400 }

    /// The caller may not do this.
    public var isForbidden: Bool { status?.code == 403 }

    /// The server does not know who is calling.
    public var isUnauthorized: Bool {
        if case .unauthorized = self { return true }
        return status?.code == 401
    }

    /// There are too many requests; see ``retryAfter``.
    public var isTooManyRequests: Bool { status?.code == 429 }

    /// The server cannot do this now; see ``retryAfter``.
    public var isUnavailable: Bool { status?.code == 503 }

    /// Something was not done in time: the server may still do it, or there was no answer.
    public var isTimeout: Bool {
        switch self {
        case .unanswered(_, .timedOut): true
        case .refused(let status):
            status.code == 504 || status.reason == "Timeout" || status.reason == "ServerTimeout"
        default: false
        }
    }

    /// The server has not seen the version that was asked for yet: it lags behind another one.
    public var isResourceVersionTooLarge: Bool {
        guard isTimeout, let status else { return false }
        // Servers before 1.20 put it into words alone.
        return causes.contains { $0.reason == "ResourceVersionTooLarge" }
            || status.message.hasPrefix("Too large resource version")
    }

    /// The server failed.
    public var isInternal: Bool { status?.code == 500 }

    /// Who answers does not speak HTTP/2: a proxy that knows only HTTP/1.1.
    public var isWithoutHTTP2: Bool {
        guard case .unanswered(_, .connection(let failure)) = self else { return false }
        return switch failure.reason {
        case .insecure(.noCommonProtocol), .speaksText: true
        default: false
        }
    }

    /// What exactly the server finds wrong, such as the fields of an object that is not valid.
    public var causes: [APIStatus.Cause] { status?.causes ?? [] }

    /// How long the server, or a proxy before it, wants to be left alone.
    public var retryAfter: Duration? {
        if case .foreign(let answer) = self { return answer.retryAfter }
        return status?.retryAfter
    }
}
