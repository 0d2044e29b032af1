// SPDX-License-Identifier: Apache-2.0

/// What a client of an API server tells of its requests, under client-go's names.
///
/// Source: kubernetes/component-base `metrics/prometheus/restclient`, names, labels and buckets.
public struct RequestMetrics: Sendable {
    private let host: String
    private let requests: Family<Counter>
    private let times: Family<Histogram>

    private static let bounds = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60]

    /// The metrics of a client of `host`, which is `name:port`.
    public init(_ registry: MetricRegistry, host: String) {
        self.host = host
        requests = registry.counter(
            "rest_client_requests_total",
            "Requests, by status code, method and host.",
            labels: ["code", "method", "host"]
        )
        times = registry.histogram(
            "rest_client_request_duration_seconds",
            "How long the answer took, by verb and host; of a watch, its head.",
            bounds: Self.bounds,
            labels: ["verb", "host"]
        )
    }

    /// A request was answered with `code`, or ended without an answer (nil), after so long.
    public func finished(_ method: String, code: Int?, after duration: Duration) {
        requests[code.map(String.init) ?? "<error>", method, host].increment()
        times[method, host].observe(duration)
    }
}
