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
    public func pause(
        after failures: Int,
        using generator: inout some RandomNumberGenerator
    ) -> Duration {
        var seconds = initial / .seconds(1)
        let longest = maximum / .seconds(1)
        for _ in 0..<max(0, failures - 1) where seconds < longest {
            seconds *= factor
        }
        let shift = Double.random(in: -jitter...jitter, using: &generator)
        return .seconds(min(seconds, longest) * (1 + shift))
    }
}
