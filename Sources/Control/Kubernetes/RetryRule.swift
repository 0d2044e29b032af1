// SPDX-License-Identifier: Apache-2.0

import Connections
import HTTP
import TLS

/// Whether a request is made again, and when: a value without clock.
///
/// | what came | a read | a write |
/// |---|---|---|
/// | 429 with Retry-After, 503 with Retry-After | again | again: the server did nothing |
/// | another 5xx with Retry-After | again | told: it may have been done |
/// | the connection was lost, or there was none | again | told |
///
/// Source: client-go, rest/request.go and rest/with_retry.go (without its retries of writes after a
/// 5xx that may come late).
struct RetryRule: Sendable {
    /// Attempts after the first that a server may ask for.
    private static let mostAsked = 5

    /// Attempts after the first when connections fail.
    private static let mostLost = 2

    /// The pause after the first connection that failed; each further one is four times as long.
    private static let firstPause = Duration.milliseconds(100)

    private let isRead: Bool
    private var asked = 0
    private var lost = 0

    init(isRead: Bool) {
        self.isRead = isRead
    }

    /// How long to wait before the request is made again after an answer of that status; nil to
    /// take the answer as it is.
    mutating func answered(_ status: Int, rest: Duration?) -> Duration? {
        guard let rest, asked < Self.mostAsked else { return nil }
        guard status == 429 || status == 503 || (isRead && (500...599).contains(status)) else {
            return nil
        }
        asked += 1
        return rest
    }

    /// The same after there was no answer; `fraction`, from 0 to below 1, is chance.
    mutating func failed(_ failure: HTTPFailure, fraction: Double) -> Duration? {
        guard isRead, lost < Self.mostLost, failure.mayPass else { return nil }
        var pause = Self.firstPause
        for _ in 0..<lost { pause *= 4 }
        lost += 1
        return pause * (1 + fraction / 2)
    }
}

extension HTTPFailure {
    /// Whether the same request may well have an answer soon.
    fileprivate var mayPass: Bool {
        switch self {
        case .connection(let failure):
            switch failure.reason {
            case .refused, .closedByPeer, .givenUp, .silent, .connectTimedOut, .noHandshake,
                .insecure(.truncated):
                true
            default: false
            }
        case .reset: true
        case .refused, .timedOut, .tooLarge, .compression, .cancelled: false
        }
    }
}
