// SPDX-License-Identifier: Apache-2.0

/// The work queue's machine, in which a key is a number from 0.
///
/// Not generic: the compiler makes generic code slow across modules, and all of the work is here.
///
/// Heaps keep entries that a better wish has replaced; such an entry is known by its ticket and
/// thrown away when it comes up, and all are when they are more than the wishes.
struct Schedule: Sendable {
    typealias Instant = ContinuousClock.Instant

    /// When and how urgently a key wants its pass.
    struct Wish: Sendable {
        var due: Instant
        var priority: Priority
    }

    /// What is known of one key.
    private struct Slot: Sendable {
        var wish: Wish?
        /// Of the entry that stands for the wish.
        var ticket: UInt64 = 0
        var isReady = false

        var pass: Pass?
        /// Asked for during the pass.
        var next: Wish?
        var failures = 0

        var isIdle: Bool { wish == nil && pass == nil && failures == 0 }
    }

    /// A pass under way.
    struct Pass: Sendable {
        let started: Instant
        let priority: Priority
    }

    private struct Entry: Comparable, Sendable {
        let due: Instant
        let ticket: UInt64
        let key: Int

        static func < (left: Entry, right: Entry) -> Bool {
            left.due == right.due ? left.ticket < right.ticket : left.due < right.due
        }
    }

    private var slots: [Slot] = []
    private(set) var wishCount = 0
    private(set) var activeCount = 0

    /// Those whose time has not come, as far as is known.
    private var later = Heap<Entry>()
    /// Those whose time has come.
    private var changes = Heap<Entry>()
    private var background = Heap<Entry>()
    private var changeCount = 0
    private var backgroundCount = 0
    private var stale = 0
    private var lastTicket: UInt64 = 0

    /// Passes of the higher priority since the last one of the lower.
    private var streak = 0

    /// So many passes of the higher priority, then one of the lower.
    private static let share = 7

    /// Entries of all heaps, with those that are no longer true.
    var entryCount: Int { later.count + changes.count + background.count }

    /// When the next wish is due.
    var nextDue: Instant? {
        var due = later.first?.due
        for first in [changes.first, background.first] {
            guard let first else { continue }
            due = due.map { min($0, first.due) } ?? first.due
        }
        return due
    }

    /// When the passes under way began.
    var starts: [Instant] { slots.compactMap(\.pass?.started) }

    /// Whether nothing is known of a key that is worth keeping.
    func isIdle(_ key: Int) -> Bool { slots[key].isIdle }

    mutating func readyCount(_ priority: Priority, at now: Instant) -> Int {
        promote(now)
        switch priority {
        case .change: return changeCount
        case .background: return backgroundCount
        }
    }

    // MARK: - Adding

    /// Gives the number of another key, the smallest that was never given.
    mutating func makeKey() -> Int {
        slots.append(Slot())
        return slots.count - 1
    }

    mutating func add(_ key: Int, _ wish: Wish) {
        guard slots[key].pass != nil else { return put(key, wish) }
        slots[key].next = Self.best(slots[key].next, wish)
    }

    private static func best(_ old: Wish?, _ new: Wish) -> Wish {
        guard let old else { return new }
        return Wish(due: min(old.due, new.due), priority: max(old.priority, new.priority))
    }

    private mutating func put(_ key: Int, _ wish: Wish) {
        let best = Self.best(slots[key].wish, wish)
        if let old = slots[key].wish {
            guard best.due != old.due || best.priority != old.priority else { return }
            if slots[key].isReady { countReady(old.priority, -1) }
            stale += 1
        } else {
            wishCount += 1
        }
        lastTicket += 1
        slots[key].wish = best
        slots[key].ticket = lastTicket
        slots[key].isReady = false
        later.push(Entry(due: best.due, ticket: lastTicket, key: key))
        if stale > wishCount + 64 { rebuild() }
        dropStale()
    }

    // MARK: - Taking

    /// Hands out a key; nil when none may have a pass.
    mutating func take(now: Instant, limit: Int) -> (key: Int, due: Instant)? {
        guard activeCount < limit else { return nil }
        promote(now)
        guard let priority = nextPriority() else { return nil }
        let entry = priority == .change ? changes.pop() : background.pop()
        guard let entry else { return nil }
        countReady(priority, -1)
        wishCount -= 1
        activeCount += 1
        slots[entry.key].wish = nil
        slots[entry.key].isReady = false
        slots[entry.key].pass = Pass(started: now, priority: priority)
        dropStale()
        return (entry.key, entry.due)
    }

    private mutating func nextPriority() -> Priority? {
        guard changeCount > 0 else {
            streak = 0
            return backgroundCount > 0 ? .background : nil
        }
        if streak >= Self.share, backgroundCount > 0 {
            streak = 0
            return .background
        }
        streak = min(streak + 1, Self.share)
        return .change
    }

    /// Moves what is due to those that are ready.
    private mutating func promote(_ now: Instant) {
        while let first = later.first, first.due <= now {
            guard let entry = later.pop() else { return }
            guard let wish = slots[entry.key].wish, !isStale(entry) else {
                stale -= 1
                continue
            }
            slots[entry.key].isReady = true
            countReady(wish.priority, 1)
            push(entry, wish.priority)
        }
        dropStale()
    }

    private mutating func push(_ entry: Entry, _ priority: Priority) {
        switch priority {
        case .change: changes.push(entry)
        case .background: background.push(entry)
        }
    }

    private mutating func countReady(_ priority: Priority, _ difference: Int) {
        switch priority {
        case .change: changeCount += difference
        case .background: backgroundCount += difference
        }
    }

    // MARK: - Taking back

    /// Ends a pass; what was asked for meanwhile becomes the key's wish, and `again` with it.
    ///
    /// `again` without a priority has that of the pass.
    mutating func end(_ key: Int, again: (due: Instant, priority: Priority?)?) -> Pass? {
        guard let pass = slots[key].pass else { return nil }
        activeCount -= 1
        slots[key].pass = nil
        if let next = slots[key].next {
            slots[key].next = nil
            put(key, next)
        }
        if let again {
            put(key, Wish(due: again.due, priority: again.priority ?? pass.priority))
        }
        return pass
    }

    /// Counts a failure; gives how many there were in a row.
    mutating func countFailure(_ key: Int) -> Int {
        slots[key].failures += 1
        return slots[key].failures
    }

    mutating func forgetFailures(_ key: Int) {
        slots[key].failures = 0
    }

    // MARK: - Heaps

    /// No heap's first entry is stale, so that it can be looked at without changing anything.
    private mutating func dropStale() {
        guard stale > 0 else { return }
        while let entry = later.first, isStale(entry) {
            _ = later.pop()
            stale -= 1
        }
        while let entry = changes.first, isStale(entry) {
            _ = changes.pop()
            stale -= 1
        }
        while let entry = background.first, isStale(entry) {
            _ = background.pop()
            stale -= 1
        }
    }

    private func isStale(_ entry: Entry) -> Bool {
        slots[entry.key].wish == nil || slots[entry.key].ticket != entry.ticket
    }

    private mutating func rebuild() {
        later = Heap()
        changes = Heap()
        background = Heap()
        stale = 0
        for (key, slot) in slots.enumerated() {
            guard let wish = slot.wish else { continue }
            let entry = Entry(due: wish.due, ticket: slot.ticket, key: key)
            if slot.isReady { push(entry, wish.priority) } else { later.push(entry) }
        }
    }
}
