// SPDX-License-Identifier: Apache-2.0

/// Whether the agent of a card lives, judged by when its Lease was seen to change.
///
/// A value without clock. The times in a Lease are another computer's and are not looked at: what
/// counts is how long ago, by our own clock, something new was seen. Right after the start nothing
/// can be known, so an agent has one duration to be seen.
public struct LifeSigns: Hashable, Sendable {
    private var version: String?
    private var seenAt: ContinuousClock.Instant?
    private var duration = Duration.zero

    /// What is known of the agent.
    public enum Verdict: Hashable, Sendable {
        /// There is no Lease.
        case neverSeen
        /// It was seen within the Lease's duration.
        case alive
        /// It has not been seen for so long.
        case silent(Duration)
    }

    /// Nothing has been seen.
    public init() {}

    /// Takes in the Lease as it is now, nil when there is none.
    public mutating func observe(_ lease: Lease?, at now: ContinuousClock.Instant) {
        guard let lease, !(lease.spec.holderIdentity ?? "").isEmpty else {
            self = LifeSigns()
            return
        }
        duration = .seconds(lease.spec.leaseDurationSeconds ?? 0)
        guard version != lease.metadata.resourceVersion else { return }
        version = lease.metadata.resourceVersion
        seenAt = now
    }

    /// What is known at `now`.
    public func verdict(at now: ContinuousClock.Instant) -> Verdict {
        guard let seenAt else { return .neverSeen }
        let silence = now - seenAt
        return silence > duration ? .silent(silence) : .alive
    }
}
