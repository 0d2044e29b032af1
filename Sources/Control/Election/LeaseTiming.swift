// SPDX-License-Identifier: Apache-2.0

/// How long a Lease lasts and how often it is renewed.
///
/// The work ends at `renewal` after the last renewal that was accepted, counted from before it was
/// sent; others take the Lease `duration` after they saw that renewal, so not before. What lies
/// between the two is for clocks that run at different speeds and for the end of the work.
public struct LeaseTiming: Hashable, Sendable {
    /// How long others wait after the last change that they saw; whole seconds.
    public let duration: Duration
    /// How long the holder works without a renewal that was accepted.
    public let renewal: Duration
    /// How often it is tried.
    public let retry: Duration

    /// A candidate waits up to this part of `retry` longer, so that not all come at once.
    static let jitter = 1.2

    /// 15, 10 and 2 seconds, as client-go has them.
    public static let standard = LeaseTiming(
        checked: .seconds(15),
        renewal: .seconds(10),
        retry: .seconds(2)
    )

    /// Times of its own; nil unless `duration` is whole seconds, at least one, and longer than
    /// `renewal`, which is longer than 1.2 times `retry`, which is more than nothing.
    public init?(duration: Duration, renewal: Duration, retry: Duration) {
        let isWhole = duration.components.attoseconds == 0 && duration >= .seconds(1)
        guard isWhole, duration > renewal, renewal > retry * Self.jitter, retry > .zero else {
            return nil
        }
        self.init(checked: duration, renewal: renewal, retry: retry)
    }

    private init(checked duration: Duration, renewal: Duration, retry: Duration) {
        self.duration = duration
        self.renewal = renewal
        self.retry = retry
    }
}
