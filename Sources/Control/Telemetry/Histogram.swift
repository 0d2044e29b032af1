// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// How often values fell below each of several bounds.
public final class Histogram: Sendable {
    private struct State {
        /// Values by the first bound that they do not exceed; the last place is for the rest.
        var counts: [UInt64]
        var sum = 0.0
    }

    private let bounds: [Double]
    private let state: Mutex<State>

    /// `bounds` rise, and the one that everything is below is not among them.
    init(bounds: [Double]) {
        self.bounds = bounds
        state = Mutex(State(counts: Array(repeating: 0, count: bounds.count + 1)))
    }

    /// Takes in a value; one that is no number is left out.
    public func observe(_ value: Double) {
        guard !value.isNaN else { return }
        let place = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLock { state in
            state.counts[place] += 1
            state.sum += value
        }
    }

    /// Takes in a time, in seconds.
    public func observe(_ duration: Duration) {
        observe(duration / .seconds(1))
    }

    /// All of it at one moment.
    public var snapshot: Snapshot {
        let state = state.withLock { $0 }
        var total: UInt64 = 0
        let buckets = zip(bounds + [.infinity], state.counts).map { bound, count in
            total += count
            return Snapshot.Bucket(bound: bound, count: total)
        }
        return Snapshot(buckets: buckets, sum: state.sum)
    }

    /// What was observed up to a moment.
    public struct Snapshot: Hashable, Sendable {
        /// By rising bound; the last one is infinite.
        public let buckets: [Bucket]
        /// Of all values.
        public let sum: Double

        /// How many values there were.
        public var count: UInt64 { buckets.last?.count ?? 0 }

        /// The values up to a bound.
        public struct Bucket: Hashable, Sendable {
            /// The largest value that counts.
            public let bound: Double
            /// How many values did not exceed it.
            public let count: UInt64
        }
    }
}

extension [Double] {
    /// `count` bounds of which each is `factor` times the one before.
    public static func exponential(from start: Double, factor: Double, count: Int) -> [Double] {
        var bounds: [Double] = []
        var bound = start
        for _ in 0..<count {
            bounds.append(bound)
            bound *= factor
        }
        return bounds
    }
}
