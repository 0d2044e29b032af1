// SPDX-License-Identifier: Apache-2.0

/// How many requests a client makes in a time at most.
///
/// A small rate hides as slowness, so the usual one only stops what runs wild: an API server
/// defends itself with 429 (API priority and fairness).
public struct RequestRate: Hashable, Sendable {
    /// Requests a second in the long run, more than 0.
    public var perSecond: Double
    /// Requests that may come at once after a rest, at least 1.
    public var burst: Int

    /// A rate.
    public init(perSecond: Double, burst: Int) {
        precondition(perSecond > 0 && burst >= 1, "a rate that lets something through")
        self.perSecond = perSecond
        self.burst = burst
    }

    /// 50 a second, 100 at once.
    public static let standard = RequestRate(perSecond: 50, burst: 100)
}

/// A bucket of tokens, one for each request: a value, to which time is told.
///
/// A request that must wait has its token at once, so requests go out in the order they came.
struct TokenBucket: Sendable {
    private let rate: RequestRate
    /// Tokens that were there at ``seen``; below zero, so many are owed.
    private var tokens: Double
    private var seen: ContinuousClock.Instant

    /// A full bucket.
    init(_ rate: RequestRate, at now: ContinuousClock.Instant) {
        self.rate = rate
        tokens = Double(rate.burst)
        seen = now
    }

    /// Takes a token; how long to wait before the request goes out.
    ///
    /// Takes none when that would be longer than `patience`.
    mutating func take(
        at now: ContinuousClock.Instant,
        patience: Duration
    ) -> (wait: Duration, isTaken: Bool) {
        if now > seen {
            let earned = rate.perSecond * ((now - seen) / .seconds(1))
            tokens = min(tokens + earned, Double(rate.burst))
            seen = now
        }
        let wait = Duration.seconds(max(1 - tokens, 0) / rate.perSecond)
        guard wait <= patience else { return (wait, false) }
        tokens -= 1
        return (wait, true)
    }
}
