// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A number that the receivers of one connection's streams count together.
public final class Tally: Sendable {
    private let count = Atomic(0)

    /// Nothing yet.
    init() {}

    /// Adds to it, or takes away; returns what there is now.
    @discardableResult
    public func add(_ more: Int) -> Int {
        count.add(more, ordering: .relaxed).newValue
    }
}
