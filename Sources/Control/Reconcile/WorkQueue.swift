// SPDX-License-Identifier: Apache-2.0

/// Which keys want a pass, when, how urgently, and which are being worked on.
///
/// A value without clock or tasks: time comes in as an argument. A key is handed out to one worker
/// at a time; added again meanwhile, it comes back right after that worker is done.
///
/// ```
///           add          its time comes       take                  finish
///  absent ───────► later ───────────────► ready ───────► active ────────────────► absent
///                   ▲  ▲                    ▲              │ add
///                   │  │ add, not due yet   │ add, due     ▼      finish or fail
///                   │  └────────────────────┴───────── active, asked for again
///                   └───────────────────── again(after:), or failed: after the backoff
/// ```
///
/// Adding and taking cost the logarithm of the number of keys.
public struct WorkQueue<Key: Hashable & Sendable>: Sendable {
    private var schedule = Schedule()
    private var retries: TokenBucket
    private var numbers: [Key: Int] = [:]
    /// By number; nil where a number is free.
    private var keys: [Key?] = []
    private var free: [Int] = []

    /// An empty queue.
    public init(retries: TokenBucket = .retries) {
        self.retries = retries
    }

    /// Keys that wait or are being worked on.
    public var count: Int { schedule.wishCount + schedule.activeCount }

    /// Keys being worked on.
    public var activeCount: Int { schedule.activeCount }

    /// When the next waiting key wants its pass, nil when none waits.
    public var nextDue: ContinuousClock.Instant? { schedule.nextDue }

    /// Entries of all heaps, with those that are no longer true.
    package var entryCount: Int { schedule.entryCount }

    /// When the passes under way began.
    public var starts: [ContinuousClock.Instant] { schedule.starts }

    /// Keys of a priority whose time has come at `now` and that nobody works on.
    public mutating func readyCount(
        _ priority: Priority,
        at now: ContinuousClock.Instant
    ) -> Int {
        schedule.readyCount(priority, at: now)
    }

    /// Asks for a pass over `key` at `instant`; of several wishes the earliest time and the highest
    /// priority win.
    public mutating func add(
        _ key: Key,
        at instant: ContinuousClock.Instant,
        priority: Priority = .change
    ) {
        schedule.add(number(of: key), Schedule.Wish(due: instant, priority: priority))
    }

    /// Hands out keys whose time has come, `limit` being worked on at most.
    ///
    /// The higher priority goes first, within it the one that has waited longest.
    public mutating func take(now: ContinuousClock.Instant, limit: Int) -> [Key] {
        var taken: [Key] = []
        while let key = takeOne(now: now, limit: limit)?.key { taken.append(key) }
        return taken
    }

    /// Hands out one key and says since when its time had come; nil when none may have a pass.
    public mutating func takeOne(
        now: ContinuousClock.Instant,
        limit: Int
    ) -> (key: Key, due: ContinuousClock.Instant)? {
        guard let (number, due) = schedule.take(now: now, limit: limit), let key = keys[number]
        else { return nil }
        return (key, due)
    }

    /// Takes a key back after a pass that succeeded; gives the time that it took.
    @discardableResult
    public mutating func finish(
        _ key: Key,
        _ verdict: Verdict,
        now: ContinuousClock.Instant
    ) -> Duration {
        let number = number(of: key)
        schedule.forgetFailures(number)
        var again: (due: ContinuousClock.Instant, priority: Priority?)?
        if case .again(let delay, let priority) = verdict { again = (now + delay, priority) }
        return end(number, again, now)
    }

    /// Takes a key back after a pass that failed; gives the time that it took and the delay until
    /// the next.
    ///
    /// The delay is that of the backoff or, when too many keys fail, that of the limit on retries.
    /// A change meanwhile does not wait for it. `fraction`, from 0 to below 1, is chance.
    public mutating func fail(
        _ key: Key,
        backoff: Backoff,
        fraction: Double,
        now: ContinuousClock.Instant
    ) -> (took: Duration, delay: Duration) {
        let number = number(of: key)
        let failures = schedule.countFailure(number)
        let pause = backoff.delay(failures: failures, fraction: fraction)
        let delay = max(pause, retries.take(at: now).wait)
        return (end(number, (now + delay, nil), now), delay)
    }

    private mutating func end(
        _ number: Int,
        _ again: (due: ContinuousClock.Instant, priority: Priority?)?,
        _ now: ContinuousClock.Instant
    ) -> Duration {
        guard let pass = schedule.end(number, again: again) else {
            preconditionFailure("nobody works on it")
        }
        if schedule.isIdle(number), let key = keys[number] {
            numbers[key] = nil
            keys[number] = nil
            free.append(number)
        }
        return now - pass.started
    }

    private mutating func number(of key: Key) -> Int {
        if let known = numbers[key] { return known }
        let number: Int
        if let last = free.popLast() {
            number = last
            keys[number] = key
        } else {
            number = schedule.makeKey()
            keys.append(key)
        }
        numbers[key] = number
        return number
    }
}
