// SPDX-License-Identifier: Apache-2.0

import Election
import Resources
import Testing

@Suite struct CandidacyTests {
    private let start = ContinuousClock.now
    private let wall = Timestamp(unixNanoseconds: 1_790_000_000_000_000_000)

    private func candidate(_ identity: String = "me") -> Candidacy {
        Candidacy(identity: identity, timing: .standard)
    }

    private func lease(
        _ holder: String?,
        version: String = "1",
        duration: Int? = 15,
        transitions: Int? = 3,
        uid: String = "u1",
        renewed: String = "2026-11-24T08:00:00.000000Z"
    ) -> Lease {
        var metadata = ObjectMeta(name: "l", namespace: "n")
        metadata.uid = uid
        metadata.resourceVersion = version
        return Lease(
            metadata: metadata,
            spec: Lease.Spec(
                holderIdentity: holder,
                leaseDurationSeconds: duration,
                acquireTime: renewed,
                renewTime: renewed,
                leaseTransitions: transitions
            )
        )
    }

    /// What the server makes of a claim.
    private func accepted(_ claim: Candidacy.Claim?, version: String = "9") throws -> Lease {
        switch try #require(claim) {
        case .create(let spec):
            return Lease(metadata: lease(nil, version: version).metadata, spec: spec)
        case .change(let lease, let spec):
            var lease = lease
            lease.metadata.resourceVersion = version
            lease.spec = spec
            return lease
        }
    }

    /// A candidate that took a free Lease at `start`, with the number 4.
    private func leader() throws -> Candidacy {
        var candidate = candidate()
        let claim = candidate.observed(lease("", transitions: 3), at: start, wall: wall)
        candidate.won(try accepted(claim), sentAt: start)
        return candidate
    }

    @Test func `makes a Lease where there is none`() throws {
        var candidate = candidate()
        let claim = candidate.observed(nil, at: start, wall: wall)
        candidate.won(try accepted(claim), sentAt: start)
        #expect(candidate.term?.fence == Fence(number: 0, lease: "u1"))
        #expect(candidate.term?.deadline == start + .seconds(10))
    }

    @Test(arguments: [nil, ""])
    func `takes a free one at once`(holder: String?) throws {
        var candidate = candidate()
        let claim = candidate.observed(lease(holder), at: start, wall: wall)
        candidate.won(try accepted(claim), sentAt: start)
        #expect(candidate.term?.fence.number == 4)
    }

    @Test func `waits for the holder's duration from when it saw the Lease change`() {
        var candidate = candidate()
        func look(_ version: String, _ seconds: Int) -> Candidacy.Claim? {
            candidate.observed(
                lease("other", version: version, duration: 7),
                at: start + .seconds(seconds),
                wall: wall
            )
        }
        #expect(look("1", 0) == nil)
        #expect(look("1", 6) == nil)
        #expect(look("2", 7) == nil)
        #expect(look("2", 13) == nil)
        #expect(look("2", 14) != nil)
    }

    @Test(arguments: ["1970-01-01T00:00:00.000000Z", "2262-01-01T00:00:00.000000Z", "nonsense"])
    func `times in the Lease mean nothing`(renewed: String) {
        var candidate = candidate()
        let held = lease("other", renewed: renewed)
        #expect(candidate.observed(held, at: start, wall: wall) == nil)
        #expect(candidate.observed(held, at: start + .seconds(14), wall: wall) == nil)
        #expect(candidate.observed(held, at: start + .seconds(15), wall: wall) != nil)
    }

    @Test func `a foreign tool's Lease without a duration is waited for as ours`() {
        var candidate = candidate()
        let held = lease("tool", duration: nil, transitions: nil)
        #expect(candidate.observed(held, at: start, wall: wall) == nil)
        #expect(candidate.observed(held, at: start + .seconds(14), wall: wall) == nil)
        let claim = candidate.observed(held, at: start + .seconds(15), wall: wall)
        guard case .change(_, let spec)? = claim else { return #expect(claim != nil) }
        #expect(spec.leaseTransitions == 1)
        #expect(spec.holderIdentity == "me")
        #expect(spec.leaseDurationSeconds == 15)
    }

    @Test func `our name on a Lease that we did not take is another's`() {
        var candidate = candidate()
        #expect(candidate.observed(lease("me"), at: start, wall: wall) == nil)
        #expect(candidate.observed(lease("me"), at: start + .seconds(14), wall: wall) == nil)
    }

    @Test func `a claim without an answer that was accepted is claimed again, under a new number`()
        throws
    {
        var candidate = candidate()
        let first = candidate.observed(lease("", transitions: 3), at: start, wall: wall)
        let ours = try accepted(first)
        #expect(candidate.term == nil)
        let claim = candidate.observed(ours, at: start + .seconds(5), wall: wall)
        candidate.won(try accepted(claim), sentAt: start + .seconds(5))
        #expect(candidate.term?.fence.number == 5)
        #expect(candidate.term?.deadline == start + .seconds(15))
    }

    @Test func `a refused claim is over`() throws {
        var candidate = candidate()
        let first = candidate.observed(lease(""), at: start, wall: wall)
        candidate.refused()
        #expect(candidate.observed(try accepted(first), at: start, wall: wall) == nil)
        #expect(candidate.term == nil)
    }

    @Test func `leads from before the renewal was sent`() throws {
        var leader = try leader()
        let claim = leader.renewal(at: start + .seconds(9), wall: wall)
        leader.renewed(try accepted(claim, version: "10"), sentAt: start + .seconds(9))
        #expect(leader.term?.deadline == start + .seconds(19))
        #expect(leader.term?.fence.number == 4)
    }

    @Test func `whoever was frozen does not renew`() throws {
        var leader = try leader()
        #expect(leader.renewal(at: start + .seconds(10), wall: wall) == nil)
        #expect(leader.term == nil)
    }

    @Test func `an answer that comes too late does not make it a leader again`() throws {
        var leader = try leader()
        let claim = leader.renewal(at: start + .seconds(2), wall: wall)
        // Frozen for a minute between sending and receiving.
        leader.renewed(try accepted(claim), sentAt: start + .seconds(2))
        #expect(leader.renewal(at: start + .seconds(62), wall: wall) == nil)
    }

    @Test func `a change that is none of our business does not end the term, nor makes it longer`()
        throws
    {
        var leader = try leader()
        #expect(leader.reread(lease("me", version: "20", transitions: 4)) == true)
        #expect(leader.term?.deadline == start + .seconds(10))
        let claim = leader.renewal(at: start + .seconds(2), wall: wall)
        #expect(try accepted(claim).spec.leaseTransitions == 4)
        guard case .change(let base, _)? = claim else { return #expect(claim != nil) }
        #expect(base.metadata.resourceVersion == "20")
    }

    @Test func `a Lease that is another's ends the term`() throws {
        let others = [
            nil, lease("other", transitions: 5), lease("", transitions: 4),
            lease("me", transitions: 5), lease("me", transitions: 4, uid: "u2"),
        ]
        for other in others {
            var leader = try leader()
            #expect(leader.reread(other) == false)
            #expect(leader.term == nil)
            #expect(leader.renewal(at: start, wall: wall) == nil)
            #expect(leader.end(wall: wall) == nil)
        }
    }

    @Test func `the number can be raised, also when the answer is lost`() throws {
        var leader = try leader()
        leader.raise(to: 70)
        let claim = leader.renewal(at: start + .seconds(1), wall: wall)
        let raised = try accepted(claim, version: "11")
        #expect(raised.spec.leaseTransitions == 70)
        #expect(leader.reread(raised) == true)
        #expect(leader.term?.fence.number == 4)
        let again = leader.renewal(at: start + .seconds(2), wall: wall)
        leader.renewed(try accepted(again, version: "12"), sentAt: start + .seconds(2))
        #expect(leader.term?.fence.number == 70)
    }

    @Test func `lets go with a second's duration and keeps the number`() throws {
        var leader = try leader()
        let released = try accepted(leader.end(wall: wall))
        #expect(released.spec.holderIdentity == "")
        #expect(released.spec.leaseDurationSeconds == 1)
        #expect(released.spec.leaseTransitions == 4)
        #expect(leader.term == nil)
        var next = candidate("next")
        let claim = next.observed(released, at: start, wall: wall)
        #expect(try accepted(claim).spec.leaseTransitions == 5)
    }

    @Test func `a term after a lost one has another number, also when nobody led between`() throws {
        var leader = try leader()
        let lease = try accepted(leader.renewal(at: start, wall: wall))
        _ = leader.renewal(at: start + .seconds(60), wall: wall)
        #expect(leader.observed(lease, at: start + .seconds(60), wall: wall) == nil)
        let claim = leader.observed(lease, at: start + .seconds(75), wall: wall)
        #expect(try accepted(claim).spec.leaseTransitions == 5)
    }

    @Test func `times that do not fit are refused`() {
        func timing(_ duration: Duration, _ renewal: Duration, _ retry: Duration) -> LeaseTiming? {
            LeaseTiming(duration: duration, renewal: renewal, retry: retry)
        }
        #expect(timing(.seconds(15), .seconds(10), .seconds(2)) == .standard)
        #expect(timing(.seconds(10), .seconds(10), .seconds(2)) == nil)
        #expect(timing(.seconds(15), .seconds(2.4), .seconds(2)) == nil)
        #expect(timing(.seconds(1.5), .seconds(1), .seconds(0.1)) == nil)
        #expect(timing(.seconds(15), .seconds(10), .zero) == nil)
        #expect(timing(.zero, .seconds(-1), .seconds(-2)) == nil)
    }

    @Test func `numbers in objects are read, and nonsense is none`() {
        var metadata = ObjectMeta(name: "x")
        #expect(Fence(of: metadata) == nil)
        for text in ["", "5", ".u", "-1.u", "x.u", "2147483648.u", "99999999999999999999.u"] {
            metadata.annotations[Fence.annotation] = text
            #expect(Fence(of: metadata) == nil, "\(text)")
        }
        let fence = Fence(number: 2_147_483_647, lease: "a.b-c")
        metadata.annotations[Fence.annotation] = "\(fence)"
        #expect(Fence(of: metadata) == fence)
    }
}
