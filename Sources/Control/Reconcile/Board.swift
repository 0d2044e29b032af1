// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// What ends a wait on a board.
private struct Fulfilled: Error {}

/// The last known state of something, for any number of watchers.
public final class Board<Value: Equatable & Sendable>: Sendable {
    private struct State {
        var value: Value
        var watchers: [UInt64: Watcher] = [:]
        var nextID: UInt64 = 0
    }

    /// A wake-up that is kept while nobody waits.
    private typealias Watcher = AsyncStream<Void>.Continuation

    private let state: Mutex<State>

    /// A board that shows `value`.
    public init(_ value: Value) {
        state = Mutex(State(value: value))
    }

    /// What is shown now.
    public var value: Value { state.withLock { $0.value } }

    /// Puts up a new state; true when it differs from the last one.
    @discardableResult
    public func post(_ value: Value) -> Bool {
        state.withLock { state in
            guard state.value != value else { return false }
            state.value = value
            for watcher in state.watchers.values { watcher.yield() }
            return true
        }
    }

    /// Returns when the state is such that `condition` holds, or the task is cancelled.
    public func wait(until condition: (Value) -> Bool) async {
        do throws(Fulfilled) {
            try await follow { value throws(Fulfilled) in
                if condition(value) { throw Fulfilled() }
            }
        } catch {
            return
        }
    }

    /// Sends the state and every later one until the task is cancelled or sending fails.
    ///
    /// States that follow each other faster than they are sent are left out.
    ///
    /// - Throws: what `send` throws.
    public func follow<Failure: Error>(
        _ send: (Value) async throws(Failure) -> Void
    ) async throws(Failure) {
        let (wishes, watcher) = AsyncStream.makeStream(
            of: Void.self,
            bufferingPolicy: .bufferingNewest(1)
        )
        let id = state.withLock { state in
            state.nextID += 1
            state.watchers[state.nextID] = watcher
            return state.nextID
        }
        defer { state.withLock { _ = $0.watchers.removeValue(forKey: id) } }
        try await send(value)
        for await _ in wishes {
            try await send(value)
        }
    }
}
