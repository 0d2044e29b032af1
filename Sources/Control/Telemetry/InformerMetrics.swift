// SPDX-License-Identifier: Apache-2.0

/// What an informer tells of its watch and its cache.
///
/// No other runtime has names for these, so they are ours:
///
/// | name | labels | is |
/// |---|---|---|
/// | `opi_xpu_informer_watch_restarts_total` | resource, reason | watches that began anew |
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

    /// Why a watch began anew.
    public enum Reason: String, Hashable, Sendable, CaseIterable {
        /// The server ended it in its time.
        case ended
        /// Its version was gone: 410.
        case expired
        /// It was silent for longer than a server is.
        case stalled
        /// The connection broke, or there was none.
        case disconnected
        /// The server answered with a refusal.
        case refused
        /// What came could not be read.
        case malformed
    }

    /// The metrics of the informer of a kind, named by its plural.
    public init(_ registry: MetricRegistry, resource: String) {
        self.resource = resource
        restarts = registry.counter(
            "opi_xpu_informer_watch_restarts_total",
            "Watches that began anew, by resource and reason.",
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

    /// A watch begins anew.
    public func restarted(_ reason: Reason) {
        restarts[resource, reason.rawValue].increment()
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
