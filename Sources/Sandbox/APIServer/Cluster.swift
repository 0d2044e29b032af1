// SPDX-License-Identifier: Apache-2.0

import JSON
import Synchronization

/// The registry behind one lock, and those who watch it.
final class Cluster: Sendable {
    /// One watch as the cluster sees it: changes of a resource, in order, none left out.
    struct Subscription: Sendable {
        let id: Int
        let items: AsyncStream<Item>
    }

    /// What a watch hears.
    enum Item: Sendable {
        case change(Storage.Change)
        /// Everything up to this version was told.
        case progress(UInt64)
    }

    private struct Watcher {
        let resource: Resource
        let continuation: AsyncStream<Item>.Continuation
    }

    private struct State {
        var registry: Registry
        var watchers: [Int: Watcher] = [:]
        var nextID = 0
    }

    /// Changes that wait for one watcher; one that is slower is cut off, and lists again.
    private static let backlog = 4000

    private let state: Mutex<State>
    /// Told of every change, in order, before anybody who watches.
    private let keep: (@Sendable ([Storage.Change]) -> Void)?

    init(
        _ registry: Registry,
        keep: (@Sendable ([Storage.Change]) -> Void)? = nil
    ) {
        state = Mutex(State(registry: registry))
        self.keep = keep
    }

    /// Reads under the lock.
    func read<Value, Failure: Error>(
        _ body: (borrowing Registry) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        let result = state.withLock { state -> Result<Value, Failure> in
            do throws(Failure) {
                return .success(try body(state.registry))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// Changes under the lock, and tells the watchers; a dry run changes a copy.
    func write<Value>(
        isDry: Bool = false,
        _ body: (inout Registry) throws(Refusal) -> Value
    ) throws(Refusal) -> Value {
        let result = state.withLock { state -> Result<Value, Refusal> in
            do throws(Refusal) {
                if isDry {
                    var copy = state.registry
                    return .success(try body(&copy))
                }
                // What was done before a refusal stays done.
                defer { tell(&state) }
                return .success(try body(&state.registry))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// Watches a resource; `first` reads what was there at the moment the watch begins.
    func watch<Value>(
        _ resource: Resource,
        _ first: (borrowing Registry) throws(Refusal) -> Value
    ) throws(Refusal) -> (Value, Subscription) {
        let result = state.withLock { state -> Result<(Value, Subscription), Refusal> in
            do throws(Refusal) {
                let value = try first(state.registry)
                let (items, continuation) = AsyncStream.makeStream(
                    of: Item.self,
                    bufferingPolicy: .bufferingOldest(Self.backlog)
                )
                let id = state.nextID
                state.nextID += 1
                state.watchers[id] = Watcher(resource: resource, continuation: continuation)
                return .success((value, Subscription(id: id, items: items)))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// Ends a watch.
    func end(_ subscription: Subscription) {
        state.withLock { $0.watchers.removeValue(forKey: subscription.id) }?
            .continuation.finish()
    }

    /// Ends every watch, as a server does that restarts.
    func cutWatches() {
        let watchers = state.withLock { state in
            defer { state.watchers = [:] }
            return Array(state.watchers.values)
        }
        for watcher in watchers { watcher.continuation.finish() }
    }

    /// Tells every watcher how far it has seen.
    func tellProgress() {
        state.withLock { state in
            let version = state.registry.storage.version
            for watcher in state.watchers.values {
                // One that has no room has changes to read first.
                watcher.continuation.yield(.progress(version))
            }
        }
    }

    private func tell(_ state: inout State) {
        let changes = state.registry.storage.takeUntold()
        guard !changes.isEmpty else { return }
        keep?(changes)
        for change in changes {
            for (id, watcher) in state.watchers where watcher.resource == change.resource {
                if case .dropped = watcher.continuation.yield(.change(change)) {
                    watcher.continuation.finish()
                    state.watchers[id] = nil
                }
            }
        }
    }
}
