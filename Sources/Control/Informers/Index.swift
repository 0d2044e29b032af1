// SPDX-License-Identifier: Apache-2.0

import Kubernetes
public import Resources
import Synchronization

/// Finds the objects of an informer by something else than their name; kept current with them.
///
/// A key may have any number of objects, an object any number of keys.
public final class Index<R: Resource, Key: Hashable & Sendable>: ObjectIndex {
    private let keys: @Sendable (R) -> [Key]
    private let entries = Mutex<[Key: [ObjectKey: Entry<R>]]>([:])

    /// An index by the keys that `keys` finds in an object.
    public init(by keys: @escaping @Sendable (R) -> [Key]) {
        self.keys = keys
    }

    /// The objects of a key.
    public subscript(key: Key) -> [R] {
        entries.withLock { $0[key]?.values.map(\.object) ?? [] }
    }

    /// Takes over a change.
    public func apply(_ change: Change<R>) {
        let key = change.key
        let old = (change.kind == .deleted ? change.entry : change.before).map { keys($0.object) }
        let new = change.kind == .deleted ? [] : keys(change.object)
        entries.withLock { entries in
            for indexKey in old ?? [] {
                entries[indexKey]?[key] = nil
                if entries[indexKey]?.isEmpty == true { entries[indexKey] = nil }
            }
            for indexKey in new { entries[indexKey, default: [:]][key] = change.entry }
        }
    }
}

/// Something that an informer keeps current with its objects, beside its store.
public protocol ObjectIndex<R>: Sendable {
    /// The kind of object.
    associatedtype R: Resource

    /// Takes over a change; called in order, one call at a time.
    func apply(_ change: Change<R>)
}
