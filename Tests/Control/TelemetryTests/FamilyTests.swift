// SPDX-License-Identifier: Apache-2.0

import Telemetry
import Testing

@Suite(.timeLimit(.minutes(1))) struct FamilyTests {
    @Test func `asking again gives the same series`() {
        let registry = MetricRegistry()
        registry.counter("c_total", "C.", labels: ["a"])["x"].increment()
        registry.counter("c_total", "C.", labels: ["a"])["x"].increment()
        #expect(registry.counter("c_total", "C.", labels: ["a"])["x"].value == 2)
    }

    @Test func `label values cannot take the memory`() {
        let family = MetricRegistry().counter("c_total", "C.", labels: ["a"])
        for value in 0..<5000 { family["\(value)"].increment() }
        #expect(family["(other)"].value == 4000)
        #expect(family["0"].value == 1)
    }

    @Test func `a removed series is made anew`() {
        let family = MetricRegistry().counter("c_total", "C.", labels: ["a"])
        family["x"].increment()
        family.remove("x")
        #expect(family["x"].value == 0)
    }

    @Test func `a gauge is asked when somebody looks`() {
        let registry = MetricRegistry()
        let gauge = registry.gauge("g", "G.")[]
        gauge.follow { 7 }
        #expect(gauge.value == 7)
        gauge.set(3)
        #expect(gauge.value == 3)
    }

    @Test func `counts whatever many tasks count at once`() async {
        let registry = MetricRegistry()
        let family = registry.counter("c_total", "C.", labels: ["a"])
        let histogram = registry.histogram("h", "H.", bounds: [1, 2])[]
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    for step in 0..<1000 {
                        family["\(step % 3)"].increment()
                        histogram.observe(Double(task % 3) + 0.5)
                    }
                }
            }
        }
        #expect((0..<3).reduce(0) { $0 + family["\($1)"].value } == 8000)
        let snapshot = histogram.snapshot
        #expect(snapshot.count == 8000)
        #expect(snapshot.buckets.map(\.count) == [3000, 6000, 8000])
        #expect(snapshot.sum == 3000 * 0.5 + 3000 * 1.5 + 2000 * 2.5)
    }

    @Test func `a name that is wrong, or something else already, is a mistake of ours`() async {
        await #expect(processExitsWith: .failure) {
            _ = MetricRegistry().counter("1st", "C.")
        }
        await #expect(processExitsWith: .failure) {
            _ = MetricRegistry().counter("c_total", "C.", labels: ["__a"])
        }
        await #expect(processExitsWith: .failure) {
            let registry = MetricRegistry()
            _ = registry.counter("c_total", "C.")
            _ = registry.gauge("c_total", "C.")
        }
        await #expect(processExitsWith: .failure) {
            _ = MetricRegistry().histogram("h", "H.", bounds: [1, 1])
        }
    }
}
