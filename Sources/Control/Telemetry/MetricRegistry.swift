// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The metrics of one process, by name.
///
/// Asking for a name again gives the same family, so that several queues share one; asking for it
/// as something else, or for a name that Prometheus does not allow, is a mistake of ours and traps.
public final class MetricRegistry: Sendable {
    private struct Families {
        var counters: [String: Family<Counter>] = [:]
        var gauges: [String: Family<Gauge>] = [:]
        var histograms: [String: Family<Histogram>] = [:]
    }

    private let families = Mutex(Families())

    /// A registry without metrics.
    public init() {}

    /// The counters of a name, which ends in `_total`.
    public func counter(_ name: String, _ help: String, labels: [String] = []) -> Family<Counter> {
        families.withLock { families in
            precondition(families.gauges[name] == nil && families.histograms[name] == nil, name)
            let family =
                families.counters[name]
                ?? Family(name, help, labels: Self.checked(labels, of: name)) { Counter() }
            precondition(family.labels == labels, "\(name) has the labels \(family.labels)")
            families.counters[name] = family
            return family
        }
    }

    /// The gauges of a name.
    public func gauge(_ name: String, _ help: String, labels: [String] = []) -> Family<Gauge> {
        families.withLock { families in
            precondition(families.counters[name] == nil && families.histograms[name] == nil, name)
            let family =
                families.gauges[name]
                ?? Family(name, help, labels: Self.checked(labels, of: name)) { Gauge() }
            precondition(family.labels == labels, "\(name) has the labels \(family.labels)")
            families.gauges[name] = family
            return family
        }
    }

    /// The histograms of a name; `bounds` rise.
    public func histogram(
        _ name: String,
        _ help: String,
        bounds: [Double],
        labels: [String] = []
    ) -> Family<Histogram> {
        families.withLock { families in
            precondition(families.counters[name] == nil && families.gauges[name] == nil, name)
            precondition(zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 }, "bounds rise")
            precondition(!labels.contains("le"), "le is the label of the bounds")
            let family =
                families.histograms[name]
                ?? Family(name, help, labels: Self.checked(labels, of: name)) {
                    Histogram(bounds: bounds)
                }
            precondition(family.labels == labels, "\(name) has the labels \(family.labels)")
            families.histograms[name] = family
            return family
        }
    }

    /// All metrics in Prometheus' text format, by name.
    ///
    /// Served as ``TextFormat/contentType``. A family that has no series yet is left out.
    public var text: String {
        let families = families.withLock { $0 }
        var pages: [(name: String, text: String)] = []
        for (name, family) in families.counters { pages.append((name, TextFormat.page(family))) }
        for (name, family) in families.gauges { pages.append((name, TextFormat.page(family))) }
        for (name, family) in families.histograms { pages.append((name, TextFormat.page(family))) }
        return pages.sorted { $0.name < $1.name }.map(\.text).joined()
    }

    /// Source: Prometheus, "Metric names and labels".
    private static func checked(_ labels: [String], of name: String) -> [String] {
        precondition(isName(name, colons: true), "\(name) is no name of a metric")
        for label in labels {
            let isFree = isName(label, colons: false) && !label.hasPrefix("__")
            precondition(isFree, "\(label) is no name of a label")
        }
        return labels
    }

    private static func isName(_ text: String, colons: Bool) -> Bool {
        for (index, byte) in text.utf8.enumerated() {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "_"):
                continue
            case UInt8(ascii: "0")...UInt8(ascii: "9") where index > 0: continue
            case UInt8(ascii: ":") where colons: continue
            default: return false
            }
        }
        return !text.isEmpty
    }
}
