// SPDX-License-Identifier: Apache-2.0

/// Which keys want a pass, when, and which are being worked on.
///
/// A value without clock or tasks: time comes in as an argument. A key is handed out to one worker
/// at a time; added again meanwhile, it comes back right after that worker is done.
///
/// ```
///            add                  take                 finish
///   absent -------> waiting(due) ------> active ----------------> absent
///                      ^                   | add                    |
///                      |                   v        finish          |
///                      +------------- active+dirty <----------------+ (again / failed: waiting)
/// ```
public struct WorkQueue<Key: Hashable & Sendable>: Sendable {
    private var due: [Key: ContinuousClock.Instant] = [:]
    private var active: Set<Key> = []
    private var dirty: [Key: ContinuousClock.Instant] = [:]
    private var failures: [Key: Int] = [:]

    /// An empty queue.
    public init() {}

    /// Keys that wait or are being worked on.
    public var count: Int { due.count + active.count }

    /// Keys being worked on.
    public var activeCount: Int { active.count }

    /// When the next waiting key wants its pass, nil when none waits.
    public var nextDue: ContinuousClock.Instant? { due.values.min() }

    /// Asks for a pass over `key` at `instant`; of several wishes the earliest wins.
    public mutating func add(_ key: Key, at instant: ContinuousClock.Instant) {
        if active.contains(key) {
            dirty[key] = min(dirty[key] ?? instant, instant)
        } else {
            due[key] = min(due[key] ?? instant, instant)
        }
    }

    /// Hands out the keys whose time has come, earliest first, `limit` being worked on at most.
    public mutating func take(now: ContinuousClock.Instant, limit: Int) -> [Key] {
        let free = max(limit - active.count, 0)
        let ready = due.filter { $0.value <= now }.sorted { $0.value < $1.value }.prefix(free)
        for (key, _) in ready {
            due[key] = nil
            active.insert(key)
        }
        return ready.map(\.key)
    }

    /// Takes a key back after a pass that succeeded.
    public mutating func finish(_ key: Key, _ verdict: Verdict, now: ContinuousClock.Instant) {
        failures[key] = nil
        release(key)
        if case .again(let delay) = verdict {
            add(key, at: now + delay)
        }
    }

    /// Takes a key back after a pass that failed; gives the number of failures in a row.
    ///
    /// The caller adds it again after its backoff; a change meanwhile does not wait for that.
    public mutating func fail(_ key: Key) -> Int {
        failures[key, default: 0] += 1
        release(key)
        return failures[key, default: 1]
    }

    private mutating func release(_ key: Key) {
        active.remove(key)
        if let instant = dirty.removeValue(forKey: key) {
            due[key] = instant
        }
    }
}
