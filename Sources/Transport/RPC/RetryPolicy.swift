// SPDX-License-Identifier: Apache-2.0

public import Connections
import GRPC

/// How often a call is made again that the server could not take.
///
/// Only `UNAVAILABLE` is tried again, and only before any header of an answer came: the server may
/// have begun after that. One attempt is under way at a time, never two. A server that sends
/// ``GRPC/Metadata/retryPushback`` says when to come again, or never.
///
/// Source: gRFC A6, "Retry Policy"; hedging is left out.
public struct RetryPolicy: Hashable, Sendable {
    /// Calls in all, the first one included.
    public var attempts: Int
    /// Pauses between them.
    public var backoff: Backoff

    /// Four attempts, as many as other implementations allow at most by default.
    public static let standard = RetryPolicy(attempts: 4, backoff: .standard)

    /// A policy of its own.
    public init(attempts: Int, backoff: Backoff) {
        self.attempts = attempts
        self.backoff = backoff
    }
}

/// What the server says of another attempt.
enum Pushback: Hashable, Sendable {
    /// After so long.
    case after(Duration)
    /// Not at all.
    case never

    /// Nil when the server says nothing; what cannot be read is never, as the source has it.
    init?(_ trailers: Metadata) {
        guard let text = trailers[Metadata.retryPushback] else { return nil }
        guard let milliseconds = Int32(text), milliseconds >= 0 else {
            self = .never
            return
        }
        self = .after(.milliseconds(milliseconds))
    }
}

/// Decides after each attempt of one call whether there is another.
struct Retries: Sendable {
    /// How an attempt ended.
    struct Outcome: Sendable {
        var status: Status
        /// The server refused it before it looked at it.
        var wasRefused = false
        /// The server had begun to answer.
        var hadHeaders = false
        var pushback: Pushback?
    }

    /// Attempts made again because the server refused them unseen, at most.
    private static let refusals = 2

    private let policy: RetryPolicy?
    private let throttle: RetryThrottle?
    private var refused = 0
    private var pauses = 0

    /// Attempts that failed, without those that the server refused unseen.
    private(set) var failed = 0

    init(_ policy: RetryPolicy?, _ throttle: RetryThrottle?) {
        self.policy = policy
        self.throttle = throttle
    }

    /// How long to wait before the next attempt, nil when there is none; `left` is what is left of
    /// the deadline.
    mutating func pause(
        after outcome: Outcome,
        left: Duration?,
        using generator: inout some RandomNumberGenerator
    ) -> Duration? {
        if outcome.wasRefused, refused < Self.refusals {
            refused += 1
            return .zero
        }
        failed += 1
        let isPushedBack = outcome.pushback == .never
        let isRetryable = outcome.status.code == .unavailable && !outcome.hadHeaders
        // A failure that might be tried again counts, whether it is or not.
        let hasTokens = isRetryable || isPushedBack ? throttle?.failed() ?? true : true
        guard let policy, isRetryable, hasTokens, failed < policy.attempts else { return nil }
        let pause: Duration
        switch outcome.pushback {
        case .never: return nil
        case .after(let time):
            pauses = 0
            pause = time
        case nil:
            pauses += 1
            pause = policy.backoff.pause(after: pauses, using: &generator)
        }
        guard let left else { return pause }
        return pause < left ? pause : nil
    }

    /// The call has ended well.
    func succeeded() {
        throttle?.succeeded()
    }
}
