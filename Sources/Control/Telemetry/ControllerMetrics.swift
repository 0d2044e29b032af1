// SPDX-License-Identifier: Apache-2.0

/// What a controller tells of its passes, under controller-runtime's names.
///
/// Source: kubernetes-sigs/controller-runtime `pkg/internal/controller/metrics`, names and buckets.
public struct ControllerMetrics: Sendable {
    /// Passes after which all was well: `controller_runtime_reconcile_total{result="success"}`.
    public let succeeded: Counter
    /// Passes that want another: `controller_runtime_reconcile_total{result="requeue_after"}`.
    public let again: Counter
    /// Passes that failed: `controller_runtime_reconcile_total{result="error"}`.
    public let failed: Counter
    /// The same: `controller_runtime_reconcile_errors_total`.
    public let errors: Counter
    /// How long passes take: `controller_runtime_reconcile_time_seconds`.
    public let times: Histogram
    /// Passes under way: `controller_runtime_active_workers`.
    public let active: Gauge
    /// How many there may be: `controller_runtime_max_concurrent_reconciles`.
    public let limit: Gauge

    private static let bounds = [
        0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8,
        0.9, 1, 1.25, 1.5, 1.75, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50,
        60,
    ]

    /// The metrics of the controller `name`.
    public init(_ registry: MetricRegistry, name: String) {
        let results = registry.counter(
            "controller_runtime_reconcile_total",
            "Passes, by controller and result.",
            labels: ["controller", "result"]
        )
        succeeded = results[name, "success"]
        again = results[name, "requeue_after"]
        failed = results[name, "error"]
        errors =
            registry.counter(
                "controller_runtime_reconcile_errors_total",
                "Passes that failed, by controller.",
                labels: ["controller"]
            )[name]
        times =
            registry.histogram(
                "controller_runtime_reconcile_time_seconds",
                "How long a pass takes, by controller.",
                bounds: Self.bounds,
                labels: ["controller"]
            )[name]
        active =
            registry.gauge(
                "controller_runtime_active_workers",
                "Passes under way, by controller.",
                labels: ["controller"]
            )[name]
        limit =
            registry.gauge(
                "controller_runtime_max_concurrent_reconciles",
                "How many passes may be under way at once, by controller.",
                labels: ["controller"]
            )[name]
    }
}
