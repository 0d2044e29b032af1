// SPDX-License-Identifier: Apache-2.0

public import Telemetry

/// Runs one reconciler over its queue: bounded concurrency, one pass per key at a time, backoff.
public struct Controller<R: Reconciler>: Sendable {
    private let reconciler: R
    private let queue: KeyQueue<R.Key>
    private let limit: Int
    private let backoff: Backoff
    private let grace: Duration
    private let metrics: ControllerMetrics?
    private let onFailure: @Sendable (R.Key, R.Failure, Duration) -> Void

    /// A controller that does nothing until ``run()``; a queue has one controller.
    ///
    /// At most `concurrency` passes, over different keys, are under way at once. `grace` is how
    /// long passes may take to end after ``KeyQueue/close()`` before they are cancelled.
    /// `onFailure` is told of each failed pass and the delay until the next.
    public init(
        _ reconciler: R,
        queue: KeyQueue<R.Key>,
        concurrency: Int = 8,
        backoff: Backoff = Backoff(),
        grace: Duration = .seconds(30),
        metrics: ControllerMetrics? = nil,
        onFailure: @escaping @Sendable (R.Key, R.Failure, Duration) -> Void
    ) {
        self.reconciler = reconciler
        self.queue = queue
        self.limit = concurrency
        self.backoff = backoff
        self.grace = grace
        self.metrics = metrics
        self.onFailure = onFailure
        metrics?.limit.set(Double(concurrency))
        metrics?.active.follow { [weak queue] in Double(queue?.activeCount ?? 0) }
    }

    /// Works until the queue is closed or the task is cancelled.
    ///
    /// After ``KeyQueue/close()`` it hands out nothing more, lets the passes under way come to
    /// their end, and cancels those that take longer than the grace. When the task is cancelled
    /// they are cancelled at once. Either way it returns when none is left.
    public func run() async {
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled, !queue.isClosed {
                let (ready, next) = queue.take(limit: limit)
                for key in ready {
                    group.addTask { await work(from: key) }
                }
                await queue.wait(until: next)
            }
            await queue.waitForPasses(until: .now + grace)
            group.cancelAll()
        }
    }

    /// A pass over `key`, and then over what is due when it ends.
    private func work(from key: R.Key) async {
        var key = key
        while let next = await pass(over: key) { key = next }
    }

    private func pass(over key: R.Key) async -> R.Key? {
        let start = ContinuousClock.now
        do throws(R.Failure) {
            let verdict = try await reconciler.reconcile(key)
            count(verdict, since: start)
            return queue.finish(key, verdict, isLeaving: Task.isCancelled)
        } catch {
            metrics?.failed.increment()
            metrics?.errors.increment()
            metrics?.times.observe(ContinuousClock.now - start)
            let isLeaving = Task.isCancelled
            let (delay, next) = queue.fail(key, backoff: backoff, isLeaving: isLeaving)
            if !isLeaving { onFailure(key, error, delay) }
            return next
        }
    }

    private func count(_ verdict: Verdict, since start: ContinuousClock.Instant) {
        guard let metrics else { return }
        switch verdict {
        case .settled: metrics.succeeded.increment()
        case .again: metrics.again.increment()
        }
        metrics.times.observe(ContinuousClock.now - start)
    }
}
