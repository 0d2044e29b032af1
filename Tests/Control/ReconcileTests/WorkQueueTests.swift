// SPDX-License-Identifier: Apache-2.0

import Reconcile
import Testing

@Suite struct WorkQueueTests {
    private let start = ContinuousClock.now
    private let backoff = Backoff(base: .seconds(10), ceiling: .seconds(40))

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
        #expect(queue.count == 1)
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

    @Test func `changes overtake the first list, whatever is added when`() {
        var queue = WorkQueue<Int>()
        for key in 0..<100 { queue.add(key, at: start, priority: .background) }
        queue.add(1000, at: start + .seconds(1))
        queue.add(50, at: start + .seconds(2))
        #expect(queue.take(now: start + .seconds(3), limit: 4) == [50, 1000, 0, 1])
        #expect(queue.readyCount(.background, at: start + .seconds(3)) == 97)
        #expect(queue.readyCount(.change, at: start + .seconds(3)) == 0)
    }

    @Test func `a wish of low priority takes nothing from one of high priority`() {
        var queue = WorkQueue<String>()
        queue.add("a", at: start + .seconds(5), priority: .change)
        queue.add("a", at: start, priority: .background)
        queue.add("b", at: start - .seconds(1), priority: .background)
        #expect(queue.take(now: start, limit: 1) == ["a"])
        queue.add("a", at: start, priority: .background)
        queue.add("a", at: start + .seconds(1), priority: .change)
        queue.finish("a", .again(after: .seconds(9), priority: .background), now: start)
        #expect(queue.readyCount(.change, at: start) == 1)
    }

    @Test func `of eight passes one is of low priority, if it wants one`() {
        var queue = WorkQueue<Int>()
        for key in 0..<70 { queue.add(key, at: start) }
        for key in 1000..<1003 { queue.add(key, at: start, priority: .background) }
        let order = queue.take(now: start, limit: 80)
        #expect(order.indices.filter { order[$0] >= 1000 } == [7, 15, 23])
        #expect(order.filter { $0 < 1000 } == Array(0..<70))
    }

    @Test func `who had no rival has no claim later`() {
        var queue = WorkQueue<Int>()
        for key in 0..<7 { queue.add(key, at: start) }
        _ = queue.take(now: start, limit: 7)
        #expect(queue.take(now: start, limit: 8).isEmpty)
        queue.add(100, at: start, priority: .background)
        queue.add(8, at: start)
        #expect(queue.take(now: start, limit: 9) == [8, 100])
    }

    @Test func `backs off longer with each failure in a row`() {
        var queue = WorkQueue<String>()
        for expected in [10, 20, 40, 40] {
            queue.add("a", at: start)
            _ = queue.take(now: start, limit: 1)
            let (took, delay) = queue.fail(
                "a",
                backoff: backoff,
                fraction: 0,
                now: start + .seconds(1)
            )
            #expect(took == .seconds(1))
            #expect(delay == .seconds(expected) / 2)
            #expect(queue.nextDue == start + .seconds(1) + delay)
        }
        queue.add("a", at: start)
        _ = queue.take(now: start, limit: 1)
        #expect(queue.finish("a", .settled, now: start) == .zero)
        queue.add("a", at: start)
        _ = queue.take(now: start, limit: 1)
        #expect(queue.fail("a", backoff: backoff, fraction: 0, now: start).delay == .seconds(5))
    }

    @Test func `a change does not wait for the backoff, during the pass or after it`() {
        var queue = WorkQueue<String>()
        queue.add("a", at: start)
        queue.add("b", at: start)
        _ = queue.take(now: start, limit: 2)
        queue.add("a", at: start)
        _ = queue.fail("a", backoff: backoff, fraction: 0, now: start)
        _ = queue.fail("b", backoff: backoff, fraction: 0, now: start)
        queue.add("b", at: start)
        #expect(queue.take(now: start, limit: 2) == ["a", "b"])
    }

    @Test func `retries keep their priority`() {
        var queue = WorkQueue<String>()
        queue.add("low", at: start, priority: .background)
        _ = queue.take(now: start, limit: 1)
        _ = queue.fail("low", backoff: backoff, fraction: 0, now: start)
        #expect(queue.readyCount(.background, at: start + .seconds(60)) == 1)
    }

    @Test func `limits retries and never the first delivery`() {
        var queue = WorkQueue<Int>(retries: TokenBucket(interval: .milliseconds(100), burst: 5))
        for key in 0..<1000 { queue.add(key, at: start) }
        let taken = queue.take(now: start, limit: 1000)
        #expect(taken == Array(0..<1000))
        let none = Backoff(base: .zero, ceiling: .zero)
        let delays = taken.prefix(8).map {
            queue.fail($0, backoff: none, fraction: 0, now: start).delay
        }
        let expected = [0, 0, 0, 0, 0, 100, 200, 300].map { Duration.milliseconds($0) }
        #expect(delays == expected)
        queue.add(2000, at: start)
        #expect(queue.take(now: start, limit: 2000).contains(2000))
    }

    @Test func `the bucket of retries fills again`() {
        var limit = TokenBucket(interval: .milliseconds(100), burst: 2)
        #expect((0..<3).map { _ in limit.take(at: start).wait }.last == .milliseconds(100))
        #expect(limit.take(at: start + .seconds(60)).wait == .zero)
        #expect(limit.take(at: start + .seconds(60)).wait == .zero)
        #expect(limit.take(at: start + .seconds(60)).wait == .milliseconds(100))
    }

    @Test func `delays double up to the ceiling`() {
        let backoff = Backoff(base: .milliseconds(50), ceiling: .seconds(30))
        #expect(backoff.delay(failures: 1, fraction: 0) == .milliseconds(25))
        #expect(backoff.delay(failures: 3, fraction: 0) == .milliseconds(100))
        #expect(backoff.delay(failures: 1000, fraction: 0) == .seconds(15))
        #expect(backoff.delay(failures: 1000, fraction: 0.5) == .seconds(22.5))
    }

    @Test func `replaced wishes do not pile up`() {
        var queue = WorkQueue<Int>()
        for step in 0..<10_000 { queue.add(step % 3, at: start - .milliseconds(step)) }
        #expect(queue.count == 3)
        #expect(queue.entryCount < 3 * 2 + 64 + 2)
        #expect(queue.take(now: start, limit: 9) == [0, 2, 1])
    }
}
