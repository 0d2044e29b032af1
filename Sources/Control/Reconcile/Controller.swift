// SPDX-License-Identifier: Apache-2.0

/// Runs one reconciler over its queue: bounded concurrency, one pass per key at a time, backoff.
public struct Controller<R: Reconciler>: Sendable {
    private let reconciler: R
    private let queue: KeyQueue<R.Key>
    private let limit: Int
    private let backoff: Backoff
    private let onFailure: @Sendable (R.Key, R.Failure, Duration) -> Void

    /// A controller that does nothing until ``run()``; a queue has one controller.
    ///
    /// At most `concurrency` passes, over different keys, are under way at once. `onFailure` is
    /// told of each failed pass and the delay until the next.
    public init(
        _ reconciler: R,
        queue: KeyQueue<R.Key>,
        concurrency: Int = 8,
        backoff: Backoff = Backoff(),
        onFailure: @escaping @Sendable (R.Key, R.Failure, Duration) -> Void
    ) {
        self.reconciler = reconciler
        self.queue = queue
        self.limit = concurrency
        self.backoff = backoff
        self.onFailure = onFailure
    }

    /// Works until the task is cancelled, then waits for the passes under way.
    public func run() async {
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                let (ready, next) = queue.take(limit: limit)
                for key in ready {
                    group.addTask { await work(on: key) }
                }
                await queue.wait(until: next)
            }
        }
    }

    private func work(on key: R.Key) async {
        do throws(R.Failure) {
            queue.finish(key, try await reconciler.reconcile(key))
        } catch {
            let delay = queue.fail(key) { failures in
                backoff.delay(failures: failures, fraction: .random(in: 0..<1))
            }
            if !Task.isCancelled { onFailure(key, error, delay) }
        }
    }
}
