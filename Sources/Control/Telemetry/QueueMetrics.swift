// SPDX-License-Identifier: Apache-2.0

/// What a work queue tells of itself, under client-go's names.
///
/// Gauges are read when somebody looks: ``follow(depth:unfinished:longest:)``.
///
/// Source: kubernetes-sigs/controller-runtime `pkg/internal/metrics/workqueue.go`.
public struct QueueMetrics: Sendable {
    /// Keys that were added: `workqueue_adds_total`.
    public let adds: Counter
    /// Passes that come again: `workqueue_retries_total`.
    public let retries: Counter
    /// From the moment a pass was due to its start: `workqueue_queue_duration_seconds`.
    public let waited: Histogram
    /// From the start of a pass to its end: `workqueue_work_duration_seconds`.
    public let worked: Histogram

    private let name: String
    private let depths: Family<Gauge>
    private let unfinished: Gauge
    private let longest: Gauge

    /// The metrics of the queue `name`.
    public init(_ registry: MetricRegistry, name: String) {
        self.name = name
        let labels = ["name", "controller"]
        let bounds = [Double].exponential(from: 1e-8, factor: 10, count: 12)
        adds =
            registry.counter(
                "workqueue_adds_total",
                "Adds that the queue has handled.",
                labels: labels
            )[name, name]
        retries =
            registry.counter(
                "workqueue_retries_total",
                "Passes that failed and come again.",
                labels: labels
            )[name, name]
        waited =
            registry.histogram(
                "workqueue_queue_duration_seconds",
                "How long a key stays in the queue after its time has come.",
                bounds: bounds,
                labels: labels
            )[name, name]
        worked =
            registry.histogram(
                "workqueue_work_duration_seconds",
                "How long a pass takes.",
                bounds: bounds,
                labels: labels
            )[name, name]
        depths = registry.gauge(
            "workqueue_depth",
            "Keys whose time has come and that nobody works on, by priority.",
            labels: labels + ["priority"]
        )
        unfinished =
            registry.gauge(
                "workqueue_unfinished_work_seconds",
                "How long all passes under way have taken together.",
                labels: labels
            )[name, name]
        longest =
            registry.gauge(
                "workqueue_longest_running_processor_seconds",
                "How long the longest pass under way has taken.",
                labels: labels
            )[name, name]
    }

    /// Says where the gauges' values come from; the queue that says so last is the one shown.
    public func follow(
        depth: KeyValuePairs<String, @Sendable () -> Double>,
        unfinished: @escaping @Sendable () -> Double,
        longest: @escaping @Sendable () -> Double
    ) {
        for (priority, read) in depth { depths[name, name, priority].follow(read) }
        self.unfinished.follow(unfinished)
        self.longest.follow(longest)
    }
}
