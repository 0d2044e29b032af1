// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Lets one task in at a time; the others wait outside, and a cancelled one goes away.
final class Turnstile: Sendable {
    private struct State {
        var isTaken = false
        var waiting: [(number: Int, continuation: CheckedContinuation<Bool, Never>)] = []
        var last = 0
    }

    private enum Step {
        case answer(Bool)
        case wait
    }

    private let state = Mutex(State())

    /// Runs `body` alone.
    ///
    /// - Returns: nil when the task was cancelled before its turn came.
    func alone<Result, Failure>(
        _ body: () async throws(Failure) -> Result
    ) async throws(Failure) -> Result? {
        guard await enter() else { return nil }
        defer { leave() }
        return try await body()
    }

    /// False for a task that was cancelled; only after true ``leave()`` is due.
    private func enter() async -> Bool {
        let number = state.withLock { state in
            state.last += 1
            return state.last
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let step = state.withLock { state -> Step in
                    if Task.isCancelled { return .answer(false) }
                    if state.isTaken {
                        state.waiting.append((number, continuation))
                        return .wait
                    }
                    state.isTaken = true
                    return .answer(true)
                }
                if case .answer(let isIn) = step { continuation.resume(returning: isIn) }
            }
        } onCancel: {
            let gone = state.withLock { state in
                state.waiting.firstIndex { $0.number == number }.map {
                    state.waiting.remove(at: $0)
                }
            }
            gone?.continuation.resume(returning: false)
        }
    }

    private func leave() {
        let next = state.withLock { state in
            state.isTaken = !state.waiting.isEmpty
            return state.waiting.isEmpty ? nil : state.waiting.removeFirst()
        }
        next?.continuation.resume(returning: true)
    }
}
