// SPDX-License-Identifier: Apache-2.0

package import Devices
package import GRPC
import Synchronization

/// The last known state of a pool, for any number of watching kubelets.
package final class DeviceBoard: Sendable {
    private struct State {
        var states: [FunctionState]
        var watchers: [UInt64: Watcher] = [:]
        var nextID: UInt64 = 0
    }

    /// A wake-up that is kept while nobody waits.
    private typealias Watcher = AsyncStream<Void>.Continuation

    private let state: Mutex<State>

    package init(_ states: [FunctionState]) {
        state = Mutex(State(states: states))
    }

    /// What the kubelet is told now.
    package var states: [FunctionState] { state.withLock { $0.states } }

    /// Puts up a new state; true when it differs from the last one.
    package func post(_ states: [FunctionState]) -> Bool {
        state.withLock { state in
            guard state.states != states else { return false }
            state.states = states
            for watcher in state.watchers.values { watcher.yield() }
            return true
        }
    }

    /// Sends the state and every later one until the task is cancelled or sending fails.
    package func follow(
        _ send: ([FunctionState]) async throws(Status) -> Void
    ) async throws(Status) {
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
        try await send(states)
        for await _ in wishes {
            try await send(states)
        }
    }
}
