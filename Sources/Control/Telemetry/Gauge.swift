// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A number that goes up and down: set by whoever changes it, or read when somebody looks.
public final class Gauge: Sendable {
    private let bits = Atomic<UInt64>(0)
    private let reading = Mutex<(@Sendable () -> Double)?>(nil)

    init() {}

    /// What it shows now.
    public var value: Double {
        let reading = reading.withLock { $0 }
        return reading?() ?? Double(bitPattern: bits.load(ordering: .relaxed))
    }

    /// Shows `value` from now on.
    public func set(_ value: Double) {
        reading.withLock { $0 = nil }
        bits.store(value.bitPattern, ordering: .relaxed)
    }

    /// Shows what `read` says whenever somebody looks, so that keeping it current costs nothing.
    ///
    /// A later call takes the place of an earlier one.
    public func follow(_ read: @escaping @Sendable () -> Double) {
        reading.withLock { $0 = read }
    }
}
