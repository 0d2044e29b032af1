// SPDX-License-Identifier: Apache-2.0

import GRPC
import Synchronization

/// Tells callers whether a server's services work: `grpc.health.v1.Health`.
///
/// A name nobody set is not known; the empty name stands for the server as a whole, which serves
/// until it is said otherwise.
///
/// Source: gRPC doc/health-checking.md.
public final class Health: Sendable {
    /// What is known about a service.
    public enum Condition: Int32, Sendable {
        /// Nothing yet.
        case unknown = 0
        /// It takes calls.
        case serving = 1
        /// It is there and takes none.
        case notServing = 2
        /// Nobody said anything about it.
        case serviceUnknown = 3
    }

    private struct State {
        var conditions: [String: Condition] = ["": .serving]
        var watchers: [Int: (name: String, queue: AsyncStream<Condition>.Continuation)] = [:]
        var watchersSoFar = 0

        /// Everybody who watches `name` hears of it.
        func tell(_ condition: Condition, of name: String) {
            for watcher in watchers.values where watcher.name == name {
                watcher.queue.yield(condition)
            }
        }
    }

    private let state = Mutex(State())

    /// A server that serves.
    public init() {}

    /// Says how the service `name` is, `package.Service`, or the whole server when it is empty.
    public func set(_ condition: Condition, for name: String = "") {
        state.withLock { state in
            guard state.conditions[name] != condition else { return }
            state.conditions[name] = condition
            state.tell(condition, of: name)
        }
    }

    /// Adds `Check` and `Watch` to a server's methods.
    public func add(to services: inout Services) {
        services.handle(HealthMessages.check) { (request, _) throws(Status) in
            guard let condition = self.condition(of: request.service) else {
                throw Status(.notFound, "nobody said how \(request.service.debugDescription) is")
            }
            return HealthMessages.Response(condition)
        }
        services.stream(HealthMessages.watch) { (request, writer, _) throws(Status) in
            let (number, changes) = self.watch(request.service)
            defer { self.unwatch(number) }
            for await condition in changes {
                try await writer.send(HealthMessages.Response(condition))
            }
            throw .cancelled
        }
    }

    private func condition(of name: String) -> Condition? {
        state.withLock { $0.conditions[name] }
    }

    /// What `name` is now and whenever it changes; a slow watcher hears the newest only.
    private func watch(_ name: String) -> (number: Int, changes: AsyncStream<Condition>) {
        let (changes, queue) = AsyncStream.makeStream(
            of: Condition.self,
            bufferingPolicy: .bufferingNewest(1)
        )
        let number = state.withLock { state in
            state.watchersSoFar += 1
            state.watchers[state.watchersSoFar] = (name, queue)
            queue.yield(state.conditions[name] ?? .serviceUnknown)
            return state.watchersSoFar
        }
        return (number, changes)
    }

    private func unwatch(_ number: Int) {
        state.withLock { _ = $0.watchers.removeValue(forKey: number) }
    }
}
