// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Wakes one waiting task; a wake-up with nobody waiting is kept, several are one.
public final class Signal: Sendable {
    private struct State {
        var isFired = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    /// A signal that has not fired.
    public init() {}

    /// Wakes the waiter, or the next one to come.
    public func fire() {
        let waiter = state.withLock { state in
            defer { state.waiter = nil }
            if state.waiter == nil { state.isFired = true }
            return state.waiter
        }
        waiter?.resume()
    }

    /// Returns when the signal fired, `timeout` has passed, or the task was cancelled.
    ///
    /// One task waits at a time.
    public func wait(timeout: Duration?) async {
        await withTaskGroup(of: Void.self) { group in
            if let timeout {
                group.addTask { await self.fire(after: timeout) }
            }
            await withTaskCancellationHandler {
                await withCheckedContinuation { waiter in
                    let isOver = state.withLock { state in
                        // Asked once: cancelled between two answers, it would be woken twice.
                        let isOver = state.isFired || Task.isCancelled
                        state.isFired = false
                        if !isOver { state.waiter = waiter }
                        return isOver
                    }
                    if isOver { waiter.resume() }
                }
            } onCancel: {
                fire()
            }
            group.cancelAll()
        }
    }

    private func fire(after timeout: Duration) async {
        do {
            try await Task.sleep(for: timeout)
            fire()
        } catch {
            return  // cancelled: the signal came first
        }
    }
}
