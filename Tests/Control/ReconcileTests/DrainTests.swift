// SPDX-License-Identifier: Apache-2.0

import Reconcile
import Synchronization
import Telemetry
import Testing

/// A pass that begins, says so, and ends when it is told to or cancelled.
private final class Gated: Reconciler {
    struct Interrupted: Error {}

    private let state = Mutex((begun: [String](), ended: [String](), cancelled: [String]()))
    private let gate = Board(false)

    var begun: [String] { state.withLock { $0.begun } }
    var ended: [String] { state.withLock { $0.ended } }
    var cancelled: [String] { state.withLock { $0.cancelled } }

    func open() { gate.post(true) }

    func waitForBegun(_ count: Int) async {
        while begun.count < count { await Task.yield() }
    }

    func reconcile(_ key: String) async throws(Interrupted) -> Verdict {
        state.withLock { $0.begun.append(key) }
        await gate.wait { $0 }
        if Task.isCancelled {
            state.withLock { $0.cancelled.append(key) }
            throw Interrupted()
        }
        state.withLock { $0.ended.append(key) }
        return .settled
    }
}

@Suite(.timeLimit(.minutes(1))) struct DrainTests {
    private func controller(
        _ reconciler: Gated,
        _ queue: KeyQueue<String>,
        grace: Duration = .seconds(50)
    ) -> Controller<Gated> {
        Controller(reconciler, queue: queue, concurrency: 2, grace: grace) { _, _, _ in }
    }

    @Test func `a closed queue lets passes under way end, and begins no other`() async {
        let (reconciler, queue) = (Gated(), KeyQueue<String>())
        for key in ["a", "b", "c"] { queue.add(key) }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await controller(reconciler, queue).run() }
            await reconciler.waitForBegun(2)
            queue.close()
            queue.add("d")
            reconciler.open()
            await group.waitForAll()
        }
        #expect(reconciler.ended.sorted() == ["a", "b"])
        #expect(reconciler.cancelled.isEmpty)
        #expect(queue.depth == 2)
    }

    @Test func `passes that take longer than the grace are cancelled`() async {
        let (reconciler, queue) = (Gated(), KeyQueue<String>())
        for key in ["a", "b", "c"] { queue.add(key) }
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await controller(reconciler, queue, grace: .milliseconds(20)).run()
            }
            await reconciler.waitForBegun(2)
            queue.close()
            await group.waitForAll()
        }
        #expect(reconciler.cancelled.sorted() == ["a", "b"])
        #expect(reconciler.begun.count == 2)
    }

    @Test func `a cancelled controller cancels its passes at once`() async {
        let (reconciler, queue) = (Gated(), KeyQueue<String>())
        for key in ["a", "b", "c"] { queue.add(key) }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await controller(reconciler, queue).run() }
            await reconciler.waitForBegun(2)
            group.cancelAll()
            await group.waitForAll()
        }
        #expect(reconciler.cancelled.sorted() == ["a", "b"])
        #expect(reconciler.begun.count == 2)
    }

    @Test func `closed before it runs, or twice, it ends at once`() async {
        let (reconciler, queue) = (Gated(), KeyQueue<String>())
        queue.add("a")
        queue.close()
        queue.close()
        await controller(reconciler, queue).run()
        #expect(reconciler.begun.isEmpty)
    }

    @Test func `a pass that does not end is seen from outside`() async {
        let registry = MetricRegistry()
        let reconciler = Gated()
        let queue = KeyQueue<String>(metrics: QueueMetrics(registry, name: "gated"))
        let controller = Controller(
            reconciler,
            queue: queue,
            concurrency: 2,
            metrics: ControllerMetrics(registry, name: "gated")
        ) { _, _, _ in }
        func value(_ name: String, _ more: String = "") -> Double {
            let labels = #"name="gated",controller="gated""#
            return sample("\(name){\(labels)\(more)}", in: registry)
        }
        let longest = "workqueue_longest_running_processor_seconds"
        for key in ["a", "b", "c"] { queue.add(key) }
        queue.add("d", priority: .background)
        #expect(value(longest) == 0)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await controller.run() }
            await reconciler.waitForBegun(2)
            #expect(value("workqueue_depth", #",priority="0""#) == 1)
            #expect(value("workqueue_depth", #",priority="-100""#) == 1)
            let first = value(longest)
            while value(longest) <= first + 0.01 { await Task.yield() }
            #expect(value("workqueue_unfinished_work_seconds") > value(longest))
            let active = "controller_runtime_active_workers{controller=\"gated\"}"
            #expect(sample(active, in: registry) == 2)
            reconciler.open()
            while queue.depth > 0 { await Task.yield() }
            group.cancelAll()
        }
        #expect(value(longest) == 0)
        #expect(value("workqueue_adds_total") == 4)
        #expect(value("workqueue_queue_duration_seconds_count") == 4)
        #expect(value("workqueue_work_duration_seconds_count") == 4)
        let total = "controller_runtime_reconcile_total{controller=\"gated\",result=\"success\"}"
        #expect(sample(total, in: registry) == 4)
        let limit = "controller_runtime_max_concurrent_reconciles{controller=\"gated\"}"
        #expect(sample(limit, in: registry) == 2)
    }

    private func sample(_ name: String, in registry: MetricRegistry) -> Double {
        let line = registry.text.split(separator: "\n").first { $0.hasPrefix(name + " ") }
        return line.flatMap { Double($0.dropFirst(name.count + 1)) } ?? -1
    }
}
