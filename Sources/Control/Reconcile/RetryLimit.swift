// SPDX-License-Identifier: Apache-2.0

/// How many passes over all keys of a queue may be repeated after failures: a bucket of tokens.
///
/// A value without clock. What is asked for the first time never passes through it: a limit on
/// first deliveries is a queue in front of the queue, and the newest change waits at its end.
public struct RetryLimit: Hashable, Sendable {
    private let interval: Duration
    private let burst: Int
    /// When the bucket will be full again.
    private var fullAt: ContinuousClock.Instant?

    /// So many at once, and then so many in a second.
    public init(perSecond rate: Int = 50, burst: Int = 100) {
        interval = .seconds(1) / max(rate, 1)
        self.burst = max(burst, 1)
    }

    /// Takes a token and says how long from `now` it will take until there is one.
    ///
    /// Source: ITU-T I.371, the generic cell rate algorithm.
    public mutating func take(at now: ContinuousClock.Instant) -> Duration {
        let next = max(fullAt ?? now, now) + interval
        fullAt = next
        return max(.zero, next - now - interval * burst)
    }
}
