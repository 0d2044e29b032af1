// SPDX-License-Identifier: Apache-2.0

/// Exponential delays with jitter for calls that failed.
public struct Backoff: Hashable, Sendable {
    /// The delay after the first failure.
    public var base: Duration

    /// No delay is longer.
    public var ceiling: Duration

    /// Delays start at `base`, double with each failure and end at `ceiling`.
    public init(base: Duration = .milliseconds(50), ceiling: Duration = .seconds(30)) {
        self.base = base
        self.ceiling = ceiling
    }

    /// The delay after `failures` failures in a row, at least 1.
    ///
    /// The upper half is random, so that many waiters do not come back in step; `fraction`, from 0
    /// to below 1, says where in it.
    public func delay(failures: Int, fraction: Double) -> Duration {
        let doublings = min(max(failures - 1, 0), 30)
        let full = min(base * (1 << doublings), ceiling)
        return full / 2 + (full / 2) * fraction
    }
}
