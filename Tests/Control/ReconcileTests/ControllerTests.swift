// SPDX-License-Identifier: Apache-2.0

import Reconcile
import Synchronization
import Testing

/// Counts passes, fails the first ones, and notices two passes over one key at once.
private final class Counting: Reconciler {
    struct Failure: Error {}

    let failuresFirst: Int
    private let state = Mutex((passes: [String: Int](), active: Set<String>(), overlaps: 0))

    init(failuresFirst: Int = 0) {
        self.failuresFirst = failuresFirst
    }

    func passes(over key: String) -> Int { state.withLock { $0.passes[key] ?? 0 } }
    var overlaps: Int { state.withLock { $0.overlaps } }

    func reconcile(_ key: String) async throws(Failure) -> Verdict {
        let pass = state.withLock { state in
            if !state.active.insert(key).inserted { state.overlaps += 1 }
            state.passes[key, default: 0] += 1
            return state.passes[key] ?? 0
        }
        await Task.yield()
        state.withLock { _ = $0.active.remove(key) }
        if pass <= failuresFirst { throw Failure() }
        return pass < 5 ? .again(after: .milliseconds(1)) : .settled
    }
}

@Suite(.timeLimit(.minutes(1))) struct ControllerTests {
    @Test func `calls again after failures and wishes until all is settled`() async {
        let reconciler = Counting(failuresFirst: 3)
        let queue = KeyQueue<String>()
        let backoff = Backoff(base: .milliseconds(1), ceiling: .milliseconds(2))
        let failures = Mutex(0)
        let controller = Controller(reconciler, queue: queue, backoff: backoff) { _, _, _ in
            failures.withLock { $0 += 1 }
        }
        let keys = (0..<20).map { "key \($0)" }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await controller.run() }
            for key in keys { queue.add(key) }
            while queue.depth > 0 { await Task.yield() }
            group.cancelAll()
        }
        for key in keys { #expect(reconciler.passes(over: key) == 5) }
        #expect(reconciler.overlaps == 0)
        #expect(failures.withLock(\.self) == 60)
    }

    @Test func `ends when its task is cancelled while nothing is to do`() async {
        let controller = Controller(Counting(), queue: KeyQueue<String>()) { _, _, _ in }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await controller.run() }
            await Task.yield()
            group.cancelAll()
        }
    }

    @Test func `a signal before the wait is not lost`() async {
        let signal = Signal()
        signal.fire()
        signal.fire()
        await signal.wait(timeout: nil)
        await signal.wait(timeout: .milliseconds(1))
    }
}
