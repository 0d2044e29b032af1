// SPDX-License-Identifier: Apache-2.0

/// What an informer tells of its watch and its cache.
///
/// No other runtime has names for these, so they are ours:
///
/// | name | labels | is |
/// |---|---|---|
/// | `opi_xpu_informer_watch_restarts_total` | resource, reason | lists and watches made again |
/// | `opi_xpu_informer_lists_total` | resource | whole lists that were read |
/// | `opi_xpu_informer_objects` | resource | objects in the cache |
/// | `opi_xpu_informer_bytes` | resource | size of what the cache was decoded from |
public struct InformerMetrics: Sendable {
    /// Whole lists that were read.
    public let lists: Counter

    private let resource: String
    private let restarts: Family<Counter>
    private let objects: Gauge
    private let bytes: Gauge

    /// The metrics of the informer of a kind, named by its plural.
    public init(_ registry: MetricRegistry, resource: String) {
        self.resource = resource
        restarts = registry.counter(
            "opi_xpu_informer_watch_restarts_total",
            "Lists and watches that were made again, by resource and reason.",
            labels: ["resource", "reason"]
        )
        lists =
            registry.counter(
                "opi_xpu_informer_lists_total",
                "Whole lists that were read, by resource.",
                labels: ["resource"]
            )[resource]
        objects =
            registry.gauge(
                "opi_xpu_informer_objects",
                "Objects in the cache, by resource.",
                labels: ["resource"]
            )[resource]
        bytes =
            registry.gauge(
                "opi_xpu_informer_bytes",
                "Bytes of JSON that the cached objects were decoded from, by resource.",
                labels: ["resource"]
            )[resource]
    }

    /// Lists or watches were made again, for one of few reasons, such as `expired`.
    public func restarted(_ reason: String, times: Int = 1) {
        restarts[resource, reason].increment(by: UInt64(times))
    }

    /// Says where the size of the cache comes from.
    public func follow(
        objects: @escaping @Sendable () -> Double,
        bytes: @escaping @Sendable () -> Double
    ) {
        self.objects.follow(objects)
        self.bytes.follow(bytes)
    }
}
