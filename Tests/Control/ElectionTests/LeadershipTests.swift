// SPDX-License-Identifier: Apache-2.0

import Election
import Resources
import Testing

@Suite(.timeLimit(.minutes(1))) struct LeadershipTests {
    /// A term that began so long ago; the deadline is 10 s after its begin.
    private func leadership(begun ago: Duration) throws -> Leadership {
        var candidacy = Candidacy(identity: "me", timing: .standard)
        var lease = Lease(metadata: ObjectMeta(name: "l"), spec: Lease.Spec(leaseTransitions: 4))
        lease.metadata.uid = "u"
        candidacy.won(lease, sentAt: .now - ago)
        return Leadership(try #require(candidacy.term))
    }

    @Test func `has a number while its time lasts`() throws {
        #expect(try leadership(begun: .zero).fence() == Fence(number: 4, lease: "u"))
    }

    @Test func `has none when the time is over, whoever was asleep`() async throws {
        let leadership = try leadership(begun: .seconds(10))
        #expect(throws: FencedError.notLeading) { try leadership.fence() }
        await leadership.waitForDeadline()
    }

    @Test func `has none after its end, and no renewal brings it back`() throws {
        let leadership = try leadership(begun: .zero)
        leadership.end()
        var candidacy = Candidacy(identity: "me", timing: .standard)
        let lease = Lease(metadata: ObjectMeta(name: "l"), spec: Lease.Spec())
        candidacy.won(lease, sentAt: .now)
        leadership.extend(try #require(candidacy.term))
        #expect(throws: FencedError.notLeading) { try leadership.fence() }
    }

    @Test func `waits for its deadline as it is by then`() async throws {
        let leadership = try leadership(begun: .seconds(9.9))
        await leadership.waitForDeadline()
        #expect(throws: FencedError.notLeading) { try leadership.fence() }
    }

    @Test func `who waits for a higher number is told when the term is over`() async throws {
        let leadership = try leadership(begun: .zero)
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                do throws(FencedError) {
                    return try await leadership.outrank(Fence(number: 9, lease: "other"))
                } catch {
                    return false
                }
            }
            while leadership.wantedNumber != 10 { await Task.yield() }
            leadership.end()
            #expect(await group.next() == false)
        }
        #expect(!leadership.isRetired("other"))
    }

    @Test func `no number is above the largest`() async throws {
        let leadership = try leadership(begun: .zero)
        let largest = Fence(number: 2_147_483_647, lease: "other")
        #expect(try await leadership.outrank(largest) == false)
        #expect(leadership.isValid)
    }
}
