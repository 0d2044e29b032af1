// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The series of one name, told apart by the values of their labels.
///
/// Whoever counts often keeps the series; looking one up takes a lock and a hash. A label must not
/// take its values from strangers: beyond ``limit`` series all others are one, whose label values
/// are `(other)`.
public final class Family<Series: Sendable>: Sendable {
    /// The name, such as `workqueue_adds_total`.
    public let name: String
    /// One sentence for people.
    public let help: String
    /// The names of the labels, in the order of their values.
    public let labels: [String]

    private let make: @Sendable () -> Series
    private let series = Mutex<[[String]: Series]>([:])

    /// How many series a family has at most, but for the one of all others.
    public static var limit: Int { 1000 }

    init(
        _ name: String,
        _ help: String,
        labels: [String],
        make: @escaping @Sendable () -> Series
    ) {
        self.name = name
        self.help = help
        self.labels = labels
        self.make = make
    }

    /// The series with these label values, made when it is asked for first.
    public subscript(_ values: String...) -> Series {
        precondition(values.count == labels.count, "\(name) has the labels \(labels)")
        return series.withLock { series in
            if let known = series[values] { return known }
            let isFull = series.count >= Self.limit
            let key = isFull ? labels.map { _ in "(other)" } : values
            if let known = series[key] { return known }
            let made = make()
            series[key] = made
            return made
        }
    }

    /// Forgets the series with these label values.
    public func remove(_ values: String...) {
        series.withLock { _ = $0.removeValue(forKey: values) }
    }

    /// All series by their label values, in the order of those.
    var sorted: [(values: [String], series: Series)] {
        series.withLock { $0 }
            .sorted { $0.key.lexicographicallyPrecedes($1.key) }
            .map { (values: $0.key, series: $0.value) }
    }
}
