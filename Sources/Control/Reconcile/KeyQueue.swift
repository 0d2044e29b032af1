// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The queue of one ``Controller``, shared with whoever learns that a thing may need a pass.
public final class KeyQueue<Key: Hashable & Sendable>: Sendable {
    private let keys = Mutex(WorkQueue<Key>())
    private let wake = Signal()

    /// An empty queue.
    public init() {}

    /// Keys that wait or are being worked on.
    public var depth: Int { keys.withLock { $0.count } }

    /// Asks for a pass over `key`, now or after `delay`.
    public func add(_ key: Key, after delay: Duration = .zero) {
        keys.withLock { $0.add(key, at: .now + delay) }
        wake.fire()
    }

    /// The keys whose time has come, and when the next one's will.
    func take(limit: Int) -> (ready: [Key], next: ContinuousClock.Instant?) {
        keys.withLock { keys in
            let ready = keys.take(now: .now, limit: limit)
            return (ready, keys.activeCount < limit ? keys.nextDue : nil)
        }
    }

    func finish(_ key: Key, _ verdict: Verdict) {
        keys.withLock { $0.finish(key, verdict, now: .now) }
        wake.fire()
    }

    func fail(_ key: Key, _ delay: (_ failures: Int) -> Duration) -> Duration {
        let delay = keys.withLock { keys in
            let delay = delay(keys.fail(key))
            keys.add(key, at: .now + delay)
            return delay
        }
        wake.fire()
        return delay
    }

    func wait(until instant: ContinuousClock.Instant?) async {
        await wake.wait(timeout: instant.map { max(.zero, $0 - .now) })
    }
}
