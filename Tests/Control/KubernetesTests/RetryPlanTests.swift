// SPDX-License-Identifier: Apache-2.0

import HTTP
import Reconcile
import Testing

@testable import Kubernetes

@Suite struct RetryPlanTests {
    private let silent = APIError.unanswered(server: "s", .timedOut(.seconds(1)))
    private let gone = APIError.gone("too old")

    private func refused(_ retryAfter: Duration? = nil) -> APIError {
        .refused(APIStatus(code: 403, reason: "Forbidden", message: "no", retryAfter: retryAfter))
    }

    /// Pauses in milliseconds; without chance they are half of the full ones.
    private func pauses(_ plan: inout RetryPlan, _ errors: APIError...) -> [Int] {
        errors.map { Int(plan.failed($0, fraction: 0) / .milliseconds(1)) }
    }

    private func makePlan() -> RetryPlan {
        RetryPlan(Backoff(base: .milliseconds(200), ceiling: .seconds(16)))
    }

    @Test func `pauses double, and a silent server is not left alone for long`() {
        var plan = makePlan()
        let errors = [APIError](repeating: silent, count: 8)
        let all = errors.map { Int(plan.failed($0, fraction: 0) / .milliseconds(1)) }
        #expect(all == [100, 200, 400, 800, 1600, 3000, 3000, 3000])
        var other = makePlan()
        let refusals = (0..<8).map { _ in
            Int(other.failed(refused(), fraction: 0) / .milliseconds(1))
        }
        #expect(refusals == [100, 200, 400, 800, 1600, 3200, 6400, 8000])
    }

    @Test func `a server that begins to answer is asked soon again`() {
        var plan = makePlan()
        let first = pauses(&plan, silent, silent, silent, refused(), refused(), silent)
        #expect(first == [100, 200, 400, 100, 200, 100])
    }

    @Test func `a watch that was accepted begins the pauses anew`() {
        var plan = makePlan()
        let before = pauses(&plan, silent, silent, silent)
        plan.accepted()
        let after = pauses(&plan, silent, silent)
        #expect(before == [100, 200, 400] && after == [100, 200])
    }

    @Test func `the first 410 costs nothing and is no trouble, a row of them is`() {
        var plan = makePlan()
        var all = pauses(&plan, gone)
        #expect(!plan.isTrouble)
        for _ in 0..<3 {
            plan.accepted()
            all += pauses(&plan, gone)
        }
        #expect(all == [0, 200, 400, 800])
        #expect(plan.isTrouble)
        plan.worked()
        #expect(pauses(&plan, gone) == [0])
    }

    @Test func `the server's own wish is respected`() {
        var plan = makePlan()
        let asked = pauses(&plan, refused(.seconds(5)))
        #expect(asked == [5000])
    }

    @Test func `watches that end at once are asked for ever more slowly`() {
        var plan = makePlan()
        var all: [Int] = []
        for _ in 0..<3 {
            plan.accepted()
            all.append(Int(plan.endedEarly(fraction: 0) / .milliseconds(1)))
        }
        #expect(all == [100, 200, 400])
    }
}
