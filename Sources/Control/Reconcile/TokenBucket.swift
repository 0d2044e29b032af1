// SPDX-License-Identifier: Apache-2.0

/// So many at once, and then one in an interval: a value without clock.
///
/// Who must wait has his token at once, so all go on in the order they came.
///
/// Source: ITU-T I.371, the generic cell rate algorithm.
public struct TokenBucket: Hashable, Sendable {
    private let interval: Duration
    private let burst: Int
    /// When the bucket will be full again.
    private var fullAt: ContinuousClock.Instant?

    /// A full bucket of `burst` tokens, at least one, of which one comes back in each `interval`.
    public init(interval: Duration, burst: Int) {
        self.interval = interval
        self.burst = max(burst, 1)
    }

    /// For passes over all keys of a queue that are repeated after failures: 100 at once, 50 in a
    /// second.
    ///
    /// What is asked for the first time never passes through it: a limit on first deliveries is a
    /// queue in front of the queue, and the newest change waits at its end.
    public static let retries = TokenBucket(interval: .milliseconds(20), burst: 100)

    /// Takes a token and says how long from `now` it will take until there is one; takes none when
    /// that is longer than `patience`.
    public mutating func take(
        at now: ContinuousClock.Instant,
        patience: Duration? = nil
    ) -> (wait: Duration, isTaken: Bool) {
        let next = max(fullAt ?? now, now) + interval
        let wait = max(.zero, next - now - interval * burst)
        if let patience, wait > patience { return (wait, false) }
        fullAt = next
        return (wait, true)
    }
}
