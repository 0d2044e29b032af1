// SPDX-License-Identifier: Apache-2.0

import Foundation
import Telemetry
import TestSupport
import Testing

/// prometheus_client's own parser reads what we write.
@Suite struct PrometheusPeerTests {
    private struct Read: Decodable {
        var type: String
        var help: String
        var samples: [String: Double]
        var byL: [String: Double]
    }

    private func parse(_ text: String) async throws -> [String: Read] {
        let data = try await Peer.output(
            of: "prometheus_peer.py",
            arguments: [],
            input: Data(text.utf8)
        )
        return try JSONDecoder().decode([String: Read].self, from: data)
    }

    @Test func `reads all that a process tells`() async throws {
        let registry = MetricRegistry()
        let queue = QueueMetrics(registry, name: "netdevs")
        queue.adds.increment(by: 3)
        queue.waited.observe(.milliseconds(2))
        queue.follow(depth: ["0": { 4 }], unfinished: { 0.25 }, longest: { 0.125 })
        let controller = ControllerMetrics(registry, name: "netdevs")
        controller.failed.increment()
        controller.times.observe(.seconds(90))
        RequestMetrics(registry, host: "10.0.0.1:6443")
            .finished("GET", code: nil, after: .milliseconds(7))
        let informer = InformerMetrics(registry, resource: "netdevs")
        informer.restarted("expired", times: 2)
        informer.follow(objects: { 12 }, bytes: { 2e16 })
        LeaderMetrics(registry, name: "broker").isLeading.set(1)
        let families = try await parse(registry.text)

        let kinds: KeyValuePairs = [
            "workqueue_depth": "gauge", "workqueue_adds": "counter",
            "workqueue_queue_duration_seconds": "histogram",
            "workqueue_work_duration_seconds": "histogram",
            "workqueue_unfinished_work_seconds": "gauge",
            "workqueue_longest_running_processor_seconds": "gauge",
            "workqueue_retries": "counter", "controller_runtime_reconcile": "counter",
            "controller_runtime_reconcile_errors": "counter",
            "controller_runtime_reconcile_time_seconds": "histogram",
            "controller_runtime_active_workers": "gauge",
            "controller_runtime_max_concurrent_reconciles": "gauge",
            "rest_client_requests": "counter",
            "rest_client_request_duration_seconds": "histogram",
            "leader_election_master_status": "gauge", "leader_election_slowpath": "counter",
            "opi_xpu_informer_watch_restarts": "counter", "opi_xpu_informer_lists": "counter",
            "opi_xpu_informer_objects": "gauge", "opi_xpu_informer_bytes": "gauge",
        ]
        for (name, kind) in kinds {
            #expect(families[name]?.type == kind, "\(name)")
            #expect(families[name]?.help.isEmpty == false, "\(name)")
        }
        #expect(families.count == kinds.count)
        func sample(_ family: String, _ sample: String) -> Double? {
            families[family]?.samples[sample]
        }
        #expect(
            sample("workqueue_depth", "workqueue_depth controller=netdevs name=netdevs priority=0")
                == 4
        )
        #expect(
            sample("workqueue_adds", "workqueue_adds_total controller=netdevs name=netdevs") == 3
        )
        let times = "controller_runtime_reconcile_time_seconds"
        #expect(sample(times, "\(times)_bucket controller=netdevs le=60") == 0)
        #expect(sample(times, "\(times)_bucket controller=netdevs le=+Inf") == 1)
        #expect(sample(times, "\(times)_sum controller=netdevs") == 90)
        #expect(
            sample(
                "rest_client_requests",
                "rest_client_requests_total code=<error> host=10.0.0.1:6443 method=GET"
            ) == 1
        )
        #expect(sample("opi_xpu_informer_bytes", "opi_xpu_informer_bytes resource=netdevs") == 2e16)
        #expect(
            sample(
                "opi_xpu_informer_watch_restarts",
                "opi_xpu_informer_watch_restarts_total reason=expired resource=netdevs"
            ) == 2
        )
    }

    @Test func `reads any label value, help and number`() async throws {
        var generator = SeededGenerator(seed: 3)
        let alphabet = Array("\\\"\n\r\t ,={}#aé日😀'0")
        let registry = MetricRegistry()
        var expected: [String: Double] = [:]
        let family = registry.gauge("g", "a \\ b \n \" c", labels: ["l"])
        for _ in 0..<300 {
            let count = Int.random(in: 0...8, using: &generator)
            let value = String(
                (0..<count).compactMap { _ in alphabet.randomElement(using: &generator) }
            )
            let exponent = Double.random(in: -300...300, using: &generator)
            let number = Bool.random(using: &generator) ? exponent : Foundation.pow(10, exponent)
            family[value].set(number)
            expected[value] = number
        }
        #expect(try await parse(registry.text)["g"]?.byL == expected)
    }
}
