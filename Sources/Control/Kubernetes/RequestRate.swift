// SPDX-License-Identifier: Apache-2.0

import Reconcile

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

extension TokenBucket {
    /// A token for each request.
    init(_ rate: RequestRate) {
        self.init(interval: .seconds(1 / rate.perSecond), burst: rate.burst)
    }
}
