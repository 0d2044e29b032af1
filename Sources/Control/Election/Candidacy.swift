// SPDX-License-Identifier: Apache-2.0

public import Resources

/// A candidate for a Lease: when it may take it, and until when it leads.
///
/// A value without clock or requests. Times in the Lease are other computers' and are never
/// compared with ours: what counts is how long ago, by our own clock, the Lease was seen to change.
///
/// ```
///               observed: free, silent for its duration, or absent
///  following ─────────────────────────────────────────────► claiming
///   ▲  ▲  ▲                                                  │    │ won
///   │  │  └──────────── refused: somebody was faster ────────┘    ▼
///   │  └── the renewal's time is over, or reread: another's ── leading ─┐ renewed
///   └──────────── observed: another's, and alive                  ▲─────┘
/// ```
///
/// Source: KEP-589; kubernetes/client-go `tools/leaderelection`.
public struct Candidacy: Sendable {
    /// A write that makes the Lease ours for another while.
    public enum Claim: Hashable, Sendable {
        /// There is none: make it.
        case create(Lease.Spec)
        /// Change this one, if it is still this one.
        case change(Lease, to: Lease.Spec)
    }

    /// A time of leading.
    public struct Term: Hashable, Sendable {
        /// The Lease as it was seen last.
        fileprivate(set) var lease: Lease
        /// What its writes carry.
        public fileprivate(set) var fence: Fence
        /// When the work must have ended, unless there is another renewal.
        public fileprivate(set) var deadline: ContinuousClock.Instant
    }

    private enum State: Sendable {
        case following(version: String, since: ContinuousClock.Instant)
        case claiming
        case leading(Term)
    }

    private let identity: String
    private let timing: LeaseTiming
    private var state: State?
    /// Whether a claim may have been accepted without our knowledge.
    private var mayHaveWon = false
    /// The smallest number that the next claim may have.
    private var floor = 0

    /// A candidate that has seen nothing; no other has its `identity`.
    public init(identity: String, timing: LeaseTiming) {
        self.identity = identity
        self.timing = timing
    }

    /// The time of leading that has begun and was not seen to end.
    public var term: Term? {
        guard case .leading(let term) = state else { return nil }
        return term
    }

    // MARK: - Not leading

    /// Takes in the Lease, nil when there is none; gives a claim when it may be taken now.
    ///
    /// `now` is a moment after the server answered: a Lease seen later is waited for longer. `wall`
    /// is the time that others are shown.
    public mutating func observed(
        _ lease: Lease?,
        at now: ContinuousClock.Instant,
        wall: Timestamp
    ) -> Claim? {
        guard let lease else {
            floor = max(floor, 0)
            return claim(.create(spec(transitions: floor, acquired: wall.micro, wall)))
        }
        guard mayTake(lease, at: now) else { return nil }
        let transitions = max((lease.spec.leaseTransitions ?? 0) + 1, floor)
        return claim(.change(lease, to: spec(transitions: transitions, acquired: wall.micro, wall)))
    }

    /// A claim was accepted that was sent at `sent`: the term has begun.
    public mutating func won(_ lease: Lease, sentAt sent: ContinuousClock.Instant) {
        mayHaveWon = false
        state = .leading(term(lease, sentAt: sent))
    }

    /// A claim was refused for certain.
    public mutating func refused() {
        mayHaveWon = false
        state = nil
    }

    private mutating func mayTake(_ lease: Lease, at now: ContinuousClock.Instant) -> Bool {
        let holder = lease.spec.holderIdentity ?? ""
        // Ours without a claim of ours is another process that uses our name.
        if holder.isEmpty || (holder == identity && mayHaveWon) { return true }
        // The version and not the record: a holder whose clock stands still renews as well.
        let version = lease.metadata.resourceVersion
        guard case .following(version, let since) = state else {
            state = .following(version: version, since: now)
            return false
        }
        let patience = lease.spec.leaseDurationSeconds.map { Duration.seconds($0) }
        return now - since >= patience ?? timing.duration
    }

    private mutating func claim(_ claim: Claim) -> Claim {
        mayHaveWon = true
        state = .claiming
        return claim
    }

    // MARK: - Leading

    /// The next renewal, to be sent at `now`; nil when the time for renewals is over, and with it
    /// the term.
    public mutating func renewal(at now: ContinuousClock.Instant, wall: Timestamp) -> Claim? {
        guard case .leading(let term) = state else { return nil }
        guard now < term.deadline else {
            state = nil
            return nil
        }
        let transitions = max(term.fence.number, floor)
        let acquired = term.lease.spec.acquireTime ?? wall.micro
        return .change(term.lease, to: spec(transitions: transitions, acquired: acquired, wall))
    }

    /// A renewal was accepted that was sent at `sent`.
    public mutating func renewed(_ lease: Lease, sentAt sent: ContinuousClock.Instant) {
        guard case .leading = state else { return }
        state = .leading(term(lease, sentAt: sent))
    }

    /// Takes in the Lease after a renewal was refused; false when it is ours no longer, and the
    /// term is over.
    ///
    /// It is still ours when somebody changed what is none of our business, or when a renewal
    /// without an answer was accepted after all. Neither makes the term longer.
    public mutating func reread(_ lease: Lease?) -> Bool {
        guard case .leading(var term) = state else { return false }
        let numbers = [term.fence.number, max(term.fence.number, floor)]
        guard let lease, lease.metadata.uid == term.fence.lease,
            lease.spec.holderIdentity == identity,
            numbers.contains(lease.spec.leaseTransitions ?? 0)
        else {
            state = nil
            return false
        }
        term.lease = lease
        state = .leading(term)
        return true
    }

    /// From the next claim on the number is at least `number`.
    public mutating func raise(to number: Int) {
        floor = max(floor, min(number, Fence.largest))
    }

    /// Ends the term; gives the write that lets the Lease go, for when the work has ended.
    ///
    /// Source: client-go's `release`: no holder, and nobody waits for more than a second.
    public mutating func end(wall: Timestamp) -> Claim? {
        guard case .leading(let term) = state else { return nil }
        state = nil
        var spec = term.lease.spec
        spec.holderIdentity = ""
        spec.leaseDurationSeconds = 1
        spec.renewTime = wall.micro
        return .change(term.lease, to: spec)
    }

    private func term(_ lease: Lease, sentAt sent: ContinuousClock.Instant) -> Term {
        Term(
            lease: lease,
            fence: Fence(
                number: lease.spec.leaseTransitions ?? 0,
                lease: lease.metadata.uid
            ),
            deadline: sent + timing.renewal
        )
    }

    private func spec(transitions: Int, acquired: String, _ wall: Timestamp) -> Lease.Spec {
        Lease.Spec(
            holderIdentity: identity,
            leaseDurationSeconds: Int(timing.duration.components.seconds),
            acquireTime: acquired,
            renewTime: wall.micro,
            leaseTransitions: min(transitions, Fence.largest)
        )
    }
}
