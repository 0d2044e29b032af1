// SPDX-License-Identifier: Apache-2.0

/// How long to leave a server alone after it could not be reached.
public struct Backoff: Hashable, Sendable {
    /// The pause after the first failure.
    public var initial: Duration
    /// The pause after each further failure, as a multiple of the one before.
    public var factor: Double
    /// No pause is longer, but for the jitter.
    public var maximum: Duration
    /// The part of a pause by which it is made longer or shorter at random, 0 to 1.
    public var jitter: Double

    /// Short pauses: an agent's peer is usually on the same machine and soon back.
    public static let standard = Backoff(
        initial: .milliseconds(50),
        factor: 1.6,
        maximum: .seconds(2),
        jitter: 0.2
    )

    /// A backoff of its own.
    public init(initial: Duration, factor: Double, maximum: Duration, jitter: Double) {
        self.initial = initial
        self.factor = factor
        self.maximum = maximum
        self.jitter = jitter
    }

    /// The pause after so many failures in a row, at least one.
    func pause(
        after failures: Int,
        using generator: inout some RandomNumberGenerator
    ) -> Duration {
        var pause = initial
        for _ in 1..<max(2, min(failures, 64)) where pause < maximum && failures > 1 {
            pause *= factor
        }
        pause = min(pause, maximum)
        return pause * (1 + Double.random(in: -jitter...jitter, using: &generator))
    }
}
