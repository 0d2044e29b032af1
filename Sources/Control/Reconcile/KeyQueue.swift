// SPDX-License-Identifier: Apache-2.0

import Synchronization
public import Telemetry

/// The queue of one ``Controller``, shared with whoever learns that a thing may need a pass.
///
/// Several kinds of events may mean the same key: whoever watches a kind adds the keys of the
/// things that depend on the object, and however many events there are, a thing has one pass.
public final class KeyQueue<Key: Hashable & Sendable>: Sendable {
    private struct State {
        var keys: WorkQueue<Key>
        var isClosed = false
        /// How many passes the controller makes at once.
        var limit = Int.max
        /// Whether the controller sleeps, or is about to.
        var isAsleep = false
        /// When it wakes by itself, nil for never.
        var alarm: ContinuousClock.Instant?

        /// Whether the controller must be woken for what is due first, which it is once.
        mutating func mustWake() -> Bool {
            guard isAsleep else { return false }
            if !isClosed {
                guard keys.activeCount < limit, let due = keys.nextDue else { return false }
                if let alarm, alarm <= due { return false }
            }
            isAsleep = false
            return true
        }
    }

    private let state: Mutex<State>
    private let wake = Signal()
    private let metrics: QueueMetrics?

    /// An empty queue.
    public init(retries: TokenBucket = .retries, metrics: QueueMetrics? = nil) {
        state = Mutex(State(keys: WorkQueue(retries: retries)))
        self.metrics = metrics
        metrics?.follow(
            depth: [
                "0": { [weak self] in Double(self?.readyCount(.change) ?? 0) },
                "-100": { [weak self] in Double(self?.readyCount(.background) ?? 0) },
            ],
            unfinished: { [weak self] in self?.ages.reduce(0, +) ?? 0 },
            longest: { [weak self] in self?.ages.max() ?? 0 }
        )
    }

    /// Keys that wait or are being worked on.
    public var depth: Int { state.withLock { $0.keys.count } }

    /// Passes under way.
    public var activeCount: Int { state.withLock { $0.keys.activeCount } }

    /// Whether no more keys are handed out.
    public var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Keys whose time has come and that nobody works on.
    public func readyCount(_ priority: Priority) -> Int {
        state.withLock { $0.keys.readyCount(priority, at: .now) }
    }

    /// Asks for a pass over `key`, now or after `delay`.
    public func add(
        _ key: Key,
        after delay: Duration = .zero,
        priority: Priority = .change
    ) {
        metrics?.adds.increment()
        let mustWake = state.withLock { state in
            state.keys.add(key, at: .now + delay, priority: priority)
            return state.mustWake()
        }
        if mustWake { wake.fire() }
    }

    /// Hands out no more keys: the controller waits for the passes under way and ends.
    public func close() {
        let mustWake = state.withLock { state in
            state.isClosed = true
            return state.mustWake()
        }
        if mustWake { wake.fire() }
    }

    // MARK: - The controller's side

    /// The keys whose time has come, and when the next one's will; then ``wait(until:)``.
    func take(limit: Int) -> (ready: [Key], next: ContinuousClock.Instant?) {
        state.withLock { state in
            state.limit = limit
            var ready: [Key] = []
            while let key = next(&state) { ready.append(key) }
            state.alarm = state.keys.activeCount < limit ? state.keys.nextDue : nil
            state.isAsleep = true
            return (ready, state.alarm)
        }
    }

    /// Takes a key back, and gives another whose time has come unless the worker `isLeaving`.
    func finish(_ key: Key, _ verdict: Verdict, isLeaving: Bool) -> Key? {
        let (took, following, mustWake) = state.withLock { state in
            let took = state.keys.finish(key, verdict, now: .now)
            let following = isLeaving ? nil : next(&state)
            return (took, following, following == nil && state.mustWake())
        }
        metrics?.worked.observe(took)
        if mustWake { wake.fire() }
        return following
    }

    /// Takes a key back after a failure, for another pass after the delay.
    func fail(
        _ key: Key,
        backoff: Backoff,
        isLeaving: Bool
    ) -> (delay: Duration, next: Key?) {
        let (took, delay, following, mustWake) = state.withLock { state in
            let fraction = Double.random(in: 0..<1)
            let (took, delay) = state.keys.fail(
                key,
                backoff: backoff,
                fraction: fraction,
                now: .now
            )
            let following = isLeaving ? nil : next(&state)
            return (took, delay, following, following == nil && state.mustWake())
        }
        metrics?.worked.observe(took)
        metrics?.retries.increment()
        if mustWake { wake.fire() }
        return (delay, following)
    }

    /// Returns at that time, or earlier when there may be something to do.
    func wait(until instant: ContinuousClock.Instant?) async {
        await wake.wait(timeout: instant.map { max(.zero, $0 - .now) })
    }

    /// Returns when no pass is under way, at `deadline`, or when the task is cancelled.
    func waitForPasses(until deadline: ContinuousClock.Instant) async {
        while !Task.isCancelled, ContinuousClock.now < deadline {
            let isOver = state.withLock { state in
                state.isAsleep = true
                return state.keys.activeCount == 0
            }
            if isOver { return }
            await wait(until: deadline)
        }
    }

    private func next(_ state: inout State) -> Key? {
        guard !state.isClosed else { return nil }
        let now = ContinuousClock.now
        guard let (key, due) = state.keys.takeOne(now: now, limit: state.limit) else { return nil }
        metrics?.waited.observe(max(.zero, now - due))
        return key
    }

    /// Since how many seconds the passes are under way.
    private var ages: [Double] {
        let now = ContinuousClock.now
        return state.withLock { $0.keys.starts }.map { (now - $0) / .seconds(1) }
    }
}
