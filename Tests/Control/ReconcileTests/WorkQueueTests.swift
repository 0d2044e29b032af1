// SPDX-License-Identifier: Apache-2.0

import Reconcile
import Testing

@Suite struct WorkQueueTests {
    private let start = ContinuousClock.now

    @Test func `hands a key to one worker at a time`() {
        var queue = WorkQueue<String>()
        queue.add("a", at: start)
        #expect(queue.take(now: start, limit: 4) == ["a"])
        queue.add("a", at: start)
        #expect(queue.take(now: start, limit: 4).isEmpty)
        queue.finish("a", .settled, now: start)
        #expect(queue.take(now: start, limit: 4) == ["a"])
        queue.finish("a", .settled, now: start)
        #expect(queue.count == 0)
    }

    @Test func `of several wishes the earliest wins`() {
        var queue = WorkQueue<String>()
        queue.add("a", at: start + .seconds(9))
        queue.add("a", at: start + .seconds(1))
        queue.add("a", at: start + .seconds(5))
        #expect(queue.nextDue == start + .seconds(1))
        #expect(queue.take(now: start, limit: 1).isEmpty)
        #expect(queue.take(now: start + .seconds(1), limit: 1) == ["a"])
    }

    @Test func `keeps to the limit and to the order`() {
        var queue = WorkQueue<Int>()
        for key in 0..<5 { queue.add(key, at: start + .seconds(5 - key)) }
        let later = start + .seconds(60)
        #expect(queue.take(now: later, limit: 2) == [4, 3])
        #expect(queue.take(now: later, limit: 2).isEmpty)
        queue.finish(4, .again(after: .seconds(100)), now: later)
        #expect(queue.take(now: later, limit: 2) == [2])
        #expect(queue.count == 5)
    }

    @Test func `counts failures in a row only`() {
        var queue = WorkQueue<String>()
        for expected in 1...3 {
            queue.add("a", at: start)
            _ = queue.take(now: start, limit: 1)
            #expect(queue.fail("a") == expected)
        }
        queue.add("a", at: start)
        _ = queue.take(now: start, limit: 1)
        queue.finish("a", .settled, now: start)
        queue.add("a", at: start)
        _ = queue.take(now: start, limit: 1)
        #expect(queue.fail("a") == 1)
    }

    @Test func `a change during a failing pass does not wait for the backoff`() {
        var queue = WorkQueue<String>()
        queue.add("a", at: start)
        _ = queue.take(now: start, limit: 1)
        queue.add("a", at: start)
        _ = queue.fail("a")
        queue.add("a", at: start + .seconds(30))
        #expect(queue.nextDue == start)
    }

    @Test func `delays double up to the ceiling`() {
        let backoff = Backoff(base: .milliseconds(50), ceiling: .seconds(30))
        #expect(backoff.delay(failures: 1, fraction: 0) == .milliseconds(25))
        #expect(backoff.delay(failures: 3, fraction: 0) == .milliseconds(100))
        #expect(backoff.delay(failures: 1000, fraction: 0) == .seconds(15))
        #expect(backoff.delay(failures: 1000, fraction: 0.5) == .seconds(22.5))
    }
}
