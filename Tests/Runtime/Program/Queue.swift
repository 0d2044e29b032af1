// SPDX-License-Identifier: Apache-2.0

import JSON
import Reconcile
import Synchronization

/// `queue KEYS`: passes over so many keys that want nothing but another look in an hour.
///
/// Each `{"do": "wave"}` asks for a pass over every key, while all the others wait for their hour,
/// and is answered by `{"passes": N}` when the last one is over.
enum Queue {
    static func run(_ arguments: [String]) async throws {
        guard arguments.count == 1, let count = Int(arguments[0]) else { Lines.fail("queue KEYS") }
        let reconciler = Countdown()
        let queue = KeyQueue<Int>()
        let controller = Controller(reconciler, queue: queue) { _, _, _ in }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await controller.run() }
            for await _ in Lines.asked {
                reconciler.left.store(count, ordering: .relaxed)
                for key in 0..<count { queue.add(key) }
                await reconciler.isOver.wait(timeout: nil)
                Lines.say(["passes": .number(JSONNumber(count))])
            }
            group.cancelAll()
        }
    }

    /// Counts the passes of a wave down.
    private final class Countdown: Reconciler {
        let isOver = Signal()
        let left = Atomic<Int>(0)

        func reconcile(_ key: Int) async throws(Never) -> Verdict {
            if left.wrappingSubtract(1, ordering: .relaxed).newValue == 0 { isOver.fire() }
            return .again(after: .seconds(3600), priority: .background)
        }
    }
}
