// SPDX-License-Identifier: Apache-2.0

import Kernel
import Reconcile
import Synchronization

/// The pods in memory and on disk, and who is at work on which.
///
/// One worker has a pod at a time. Every change is on disk before it is seen, so that a restart
/// finds each pod at the latest step that was begun.
final class PodTable: Sendable {
    private struct Entry {
        var record: PodRecord
        var isBusy: Bool
    }

    private let store: PodStore
    private let entries: Mutex<[PodKey: Entry]>
    /// Wakes whoever waits for a pod; no two changes have the same number.
    private let changes = Board<UInt64>(0)
    private let lastChange = Atomic<UInt64>(0)

    /// Pods at a time.
    static let limit = 1024

    /// The pods on disk; those that were being made are to be taken down.
    ///
    /// Those on their way out count as being worked on until they are released: a plugin that
    /// the last process started may still be at it.
    ///
    /// - Throws: ``PodError/damaged(path:reason:)``, ``PodError/kernel(_:)``.
    init(_ store: PodStore) throws(PodError) {
        self.store = store
        var found: [PodKey: Entry] = [:]
        for var record in try store.load() {
            if record.phase == .creating {
                record.phase = .terminating
                try store.write(record)
            }
            found[record.key] = Entry(
                record: record,
                isBusy: record.phase == .terminating
            )
        }
        entries = Mutex(found)
    }

    /// Every pod, in order.
    var records: [PodRecord] {
        entries.withLock { $0.values.map(\.record) }.sorted { $0.key < $1.key }
    }

    /// Adds a pod and lets the caller work on it.
    ///
    /// - Throws: ``PodError/exists(_:)``, ``PodError/full(limit:)``, ``PodError/kernel(_:)``.
    func add(_ record: PodRecord) throws(PodError) {
        try entries.withLock { (entries) throws(PodError) in
            guard entries[record.key] == nil else { throw .exists(record.key.description) }
            guard entries.count < Self.limit else { throw .full(limit: Self.limit) }
            try store.write(record)
            entries[record.key] = Entry(record: record, isBusy: true)
        }
    }

    /// Changes the record of a pod that the caller works on; the record as it is then.
    ///
    /// - Throws: ``PodError/missing(_:)``, ``PodError/kernel(_:)``; nothing has changed then.
    @discardableResult
    func update(
        _ key: PodKey,
        _ change: (inout PodRecord) throws(PodError) -> Void
    ) throws(PodError) -> PodRecord {
        try entries.withLock { (entries) throws(PodError) in
            guard var record = entries[key]?.record else { throw .missing(key.description) }
            try change(&record)
            try store.write(record)
            entries[key]?.record = record
            return record
        }
    }

    /// Marks a pod as unwanted, whoever works on it.
    ///
    /// - Throws: ``PodError/missing(_:)``, ``PodError/kernel(_:)``.
    func condemn(_ key: PodKey) throws(PodError) {
        try update(key) { $0.phase = .terminating }
    }

    /// Whether the pod is on its way out.
    func isCondemned(_ key: PodKey) -> Bool {
        entries.withLock { $0[key]?.record.phase == .terminating }
    }

    /// Lets the caller work on a pod that nobody works on; nil when somebody does, or it is gone.
    func claim(_ key: PodKey) -> PodRecord? {
        entries.withLock { entries in
            guard let entry = entries[key], !entry.isBusy else { return nil }
            entries[key]?.isBusy = true
            return entry.record
        }
    }

    /// Ends the caller's work on a pod.
    func release(_ key: PodKey) {
        entries.withLock { $0[key]?.isBusy = false }
        wake()
    }

    /// Forgets a pod of which nothing is left.
    ///
    /// - Throws: ``PodError/kernel(_:)``.
    func forget(_ key: PodKey) throws(PodError) {
        try entries.withLock { (entries) throws(PodError) in
            try store.remove(key)
            entries[key] = nil
        }
        wake()
    }

    /// Waits until nobody works on the pod and claims it; nil when it is gone.
    ///
    /// - Throws: ``PodError/outOfTime(_:)``.
    func waitAndClaim(_ key: PodKey, deadline: Deadline) async throws(PodError) -> PodRecord? {
        while !Task.isCancelled, !deadline.hasPassed {
            let seen = changes.value
            if let record = claim(key) { return record }
            guard entries.withLock({ $0[key] != nil }) else { return nil }
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.changes.wait { $0 != seen } }
                group.addTask { await pause(for: deadline.remaining) }
                await group.next()
                group.cancelAll()
            }
        }
        throw .outOfTime("somebody still works on pod \(key)")
    }

    private func wake() {
        changes.post(lastChange.wrappingAdd(1, ordering: .relaxed).newValue)
    }
}

/// Sleeps, or less when the task is cancelled.
func pause(for duration: Duration) async {
    do {
        try await Task.sleep(for: duration)
    } catch {
        return  // cancelled; whoever asks the task will know
    }
}
