// SPDX-License-Identifier: Apache-2.0

import Reconcile
import TestSupport
import Testing

/// What the queue must do, in the plainest way: every question is a look at all keys.
private struct Model {
    struct Wish {
        var due: ContinuousClock.Instant
        var priority: Priority
        var order: Int
    }

    var waiting: [Int: Wish] = [:]
    var active: [Int: (priority: Priority, next: Wish?)] = [:]
    var order = 0
    var streak = 0

    mutating func add(_ key: Int, _ due: ContinuousClock.Instant, _ priority: Priority) {
        if let pass = active[key] {
            var wish = pass.next ?? Wish(due: due, priority: priority, order: 0)
            wish.due = min(wish.due, due)
            wish.priority = max(wish.priority, priority)
            active[key]?.next = wish
            return
        }
        order += 1
        guard let old = waiting[key] else {
            waiting[key] = Wish(due: due, priority: priority, order: order)
            return
        }
        let best = Wish(
            due: min(old.due, due),
            priority: max(old.priority, priority),
            order: order
        )
        if best.due != old.due || best.priority != old.priority { waiting[key] = best }
    }

    mutating func take(_ now: ContinuousClock.Instant, _ limit: Int) -> Int? {
        guard active.count < limit else { return nil }
        let ready = waiting.filter { $0.value.due <= now }
        let low = ready.filter { $0.value.priority == .background }
        let high = ready.filter { $0.value.priority == .change }
        if high.isEmpty { streak = 0 }
        let isLow = high.isEmpty || (streak >= 7 && !low.isEmpty)
        let first = (isLow ? low : high).min {
            ($0.value.due, $0.value.order) < ($1.value.due, $1.value.order)
        }
        guard let (key, wish) = first else { return nil }
        streak = isLow ? 0 : min(streak + 1, 7)
        waiting[key] = nil
        active[key] = (wish.priority, nil)
        return key
    }

    mutating func end(_ key: Int, again: (ContinuousClock.Instant, Priority?)?) {
        guard let pass = active.removeValue(forKey: key) else { return }
        if let wish = pass.next { add(key, wish.due, wish.priority) }
        if let (due, priority) = again { add(key, due, priority ?? pass.priority) }
    }
}

/// Random work beside the model: the same keys in the same order, none lost, none twice.
@Suite struct WorkQueueModelTests {
    @Test(arguments: 0..<40)
    func `does as the model does`(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let start = ContinuousClock.now
        var now = start
        var queue = WorkQueue<Int>()
        var model = Model()
        let limit = Int.random(in: 1...6, using: &generator)
        let keys = Int.random(in: 1...30, using: &generator)
        let backoff = Backoff(base: .milliseconds(8), ceiling: .milliseconds(64))
        for step in 0..<4000 {
            let key = Int.random(in: 0..<keys, using: &generator)
            switch Int.random(in: 0..<10, using: &generator) {
            case 0..<4:
                let due = now + .milliseconds(Int.random(in: -5...20, using: &generator))
                let priority = Priority.allCases.randomElement(using: &generator) ?? .change
                queue.add(key, at: due, priority: priority)
                model.add(key, due, priority)
            case 4..<7:
                let expected = model.take(now, limit)
                try #require(queue.takeOne(now: now, limit: limit)?.key == expected, "\(step)")
            case 7:
                guard let key = model.active.keys.sorted().randomElement(using: &generator)
                else { continue }
                let isAgain = Bool.random(using: &generator)
                let priority = Priority.allCases.randomElement(using: &generator) ?? .change
                let verdict: Verdict =
                    isAgain ? .again(after: .milliseconds(7), priority: priority) : .settled
                queue.finish(key, verdict, now: now)
                model.end(key, again: isAgain ? (now + .milliseconds(7), priority) : nil)
            case 8:
                guard let key = model.active.keys.sorted().randomElement(using: &generator)
                else { continue }
                let delay = queue.fail(key, backoff: backoff, fraction: 0.5, now: now).delay
                model.end(key, again: (now + delay, nil))
            default:
                now += .milliseconds(Int.random(in: 0...10, using: &generator))
            }
            let nextDue = model.waiting.values.map(\.due).min()
            try #require(queue.nextDue == nextDue, "\(step)")
            try #require(queue.count == model.waiting.count + model.active.count, "\(step)")
            try #require(queue.activeCount == model.active.count, "\(step)")
            for priority in Priority.allCases {
                let count = model.waiting.values.count {
                    $0.priority == priority && $0.due <= now
                }
                try #require(queue.readyCount(priority, at: now) == count, "\(step)")
            }
        }
        // At the end everything that was asked for is handed out.
        for key in model.active.keys.sorted() {
            queue.finish(key, .settled, now: now)
            model.end(key, again: nil)
        }
        let rest = Set(queue.take(now: now + .seconds(60), limit: keys))
        #expect(rest == Set(model.waiting.keys))
    }
}
