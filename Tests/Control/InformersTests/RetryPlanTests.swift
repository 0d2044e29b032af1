// SPDX-License-Identifier: Apache-2.0

import Reconcile
import Testing

@testable import Informers

@Suite struct RetryPlanTests {
    /// Pauses in milliseconds; without chance they are half of the full ones.
    private func pauses(_ plan: inout RetryPlan, _ failures: ListWatch.Failure...) -> [Int] {
        failures.map { Int(plan.failed($0, chance: 0) / .milliseconds(1)) }
    }

    private func makePlan() -> RetryPlan {
        RetryPlan(Backoff(base: .milliseconds(200), ceiling: .seconds(16)))
    }

    private let refused = ListWatch.Failure.refused(retryAfter: nil)

    @Test func `pauses double, and a silent server is not left alone for long`() {
        var plan = makePlan()
        let silent = (0..<8).map { _ in Int(plan.failed(.silent, chance: 0) / .milliseconds(1)) }
        #expect(silent == [100, 200, 400, 800, 1600, 3000, 3000, 3000])
        var other = makePlan()
        let refusals = (0..<8).map { _ in
            Int(other.failed(refused, chance: 0) / .milliseconds(1))
        }
        #expect(refusals == [100, 200, 400, 800, 1600, 3200, 6400, 8000])
    }

    @Test func `a server that begins to answer is asked soon again`() {
        var plan = makePlan()
        let first = pauses(&plan, .silent, .silent, .silent, refused, .broken, .silent)
        #expect(first == [100, 200, 400, 100, 200, 100])
    }

    @Test func `a watch that was accepted begins the pauses anew`() {
        var plan = makePlan()
        let before = pauses(&plan, .silent, .silent, .silent)
        plan.accepted()
        let after = pauses(&plan, .silent, .silent)
        #expect(before == [100, 200, 400] && after == [100, 200])
    }

    @Test func `the first 410 costs nothing and is no trouble, a row of them is`() {
        var plan = makePlan()
        var all = pauses(&plan, .expired)
        #expect(!plan.isTrouble)
        for _ in 0..<3 {
            plan.accepted()
            all += pauses(&plan, .expired)
        }
        #expect(all == [0, 200, 400, 800])
        #expect(plan.isTrouble)
        plan.worked()
        #expect(pauses(&plan, .expired) == [0])
    }

    @Test func `the server's own wish is respected`() {
        var plan = makePlan()
        let asked = pauses(&plan, .refused(retryAfter: .seconds(5)))
        #expect(asked == [5000])
    }

    @Test func `chance makes a pause up to twice as long`() {
        var plan = makePlan()
        let longest = plan.failed(.silent, chance: 0.999)
        #expect(longest > .milliseconds(199) && longest < .milliseconds(200))
    }
}
