// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Counts events; it never goes down.
public final class Counter: Sendable {
    private let count = Atomic<UInt64>(0)

    init() {}

    /// Events since the start.
    public var value: UInt64 { count.load(ordering: .relaxed) }

    /// Counts `events` more.
    public func increment(by events: UInt64 = 1) {
        count.wrappingAdd(events, ordering: .relaxed)
    }
}
