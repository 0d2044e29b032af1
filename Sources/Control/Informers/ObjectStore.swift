// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Resources

/// The objects of one scope as far as they are known: a value without clock or tasks.
///
/// ```
///             beginList, add..., endList              apply
///   unsynced ───────────────────────────► synced ────────────► synced (newer version)
///                                            ▲  │ beginList, add..., endList (after 410)
///                                            └──┘
/// ```
///
/// What we wrote ourselves is taken over at once (``absorb(_:isInside:)``) and holds against lists
/// and events that are older than it, until the watch has passed it: nobody ever reads a state
/// older than his own last write.
struct ObjectStore<R: Resource>: Sendable {
    private(set) var entries: [ObjectKey: Entry<R>] = [:]

    /// Objects that are there but cannot be read, with their last readable state if they had one.
    private(set) var unreadable: Set<ObjectKey> = []

    /// The version up to which everything is known; empty before the first list.
    private(set) var version = ""

    /// The length of all documents together, in bytes.
    private(set) var bytes = 0

    private var draft: Draft?
    private var writes: [ObjectKey: Write] = [:]

    /// A list that is not complete.
    private struct Draft {
        var entries: [ObjectKey: Entry<R>] = [:]
        var unreadable: Set<ObjectKey> = []
    }

    /// What we know of an object from an answer to ourselves, ahead of the watch.
    private enum Write {
        /// It is this.
        case object(Entry<R>)
        /// This one is not, or no longer, in the scope.
        case deletion(uid: String)
        /// Since this version it is not in the scope.
        case outside(version: String)
    }

    var isSynced: Bool { !version.isEmpty }

    /// Whether everything up to `version` is known.
    func hasSeen(_ version: String) -> Bool {
        isSynced && !ResourceVersion.isNewer(version, than: self.version)
    }

    private mutating func put(_ entry: Entry<R>?, at key: ObjectKey) {
        let old =
            entry.map { entries.updateValue($0, forKey: key) } ?? entries.removeValue(forKey: key)
        bytes += (entry?.bytes ?? 0) - (old?.bytes ?? 0)
    }
}

// MARK: - Lists

extension ObjectStore {
    /// A list begins; what is known stays as it is until it is complete.
    mutating func beginList() {
        draft = Draft()
    }

    /// Objects of the list that is under way.
    ///
    /// One that is known already in that version is kept, so that a list costs no second copy.
    mutating func add(_ items: [ListItem<R>]) {
        guard draft != nil else { return }
        for item in items {
            switch item {
            case .object(let object, let bytes):
                let key = object.key
                let known = entries[key]
                let isKnown =
                    known.map {
                        $0.version == object.metadata.resourceVersion
                            && $0.uid == object.metadata.uid && !$0.version.isEmpty
                    } ?? false
                draft?.entries[key] = isKnown ? known : Entry(object, bytes: bytes)
            case .unreadable(_, let key):
                if let key { draft?.unreadable.insert(key) }
            }
        }
    }

    /// An event of a streaming list that has not ended.
    mutating func add(_ event: WatchEvent<R>) {
        switch event {
        case .changed(let entry):
            draft?.entries[entry.object.key] = entry
            draft?.unreadable.remove(entry.object.key)
        case .deleted(let key, _, _):
            draft?.entries[key] = nil
            draft?.unreadable.remove(key)
        case .unreadable(_, let key, _):
            if let key { draft?.unreadable.insert(key) }
        case .bookmark: return
        }
    }

    /// The list is complete, as of `version`.
    ///
    /// - Returns: what has gone, then what has come or changed.
    mutating func endList(version: String) -> [Change<R>] {
        guard let draft else { return [] }
        self.draft = nil
        let isFirst = !isSynced
        let old = entries
        var new = draft.entries
        // A server that was restored from a backup counts from an earlier version: what we wrote
        // is lost then.
        if isSynced, ResourceVersion.isNewer(self.version, than: version) { writes = [:] }
        for key in draft.unreadable { new[key] = old[key] }
        for (key, write) in writes where !hold(write, at: key, against: version, in: &new) {
            writes[key] = nil
        }
        entries = new
        unreadable = draft.unreadable
        bytes = new.values.reduce(0) { $0 + $1.bytes }
        self.version = version
        var changes: [Change<R>] = []
        for (key, entry) in old where new[key]?.uid != entry.uid {
            changes.append(Change(.deleted, entry))
        }
        for (key, entry) in new {
            guard let before = old[key], before.uid == entry.uid else {
                changes.append(Change(.added, entry, isInitial: isFirst))
                continue
            }
            if before !== entry, before.version != entry.version || entry.version.isEmpty {
                changes.append(Change(.changed, entry, before: before))
            }
        }
        return changes
    }

    /// Lets a write of ours stand against a list; false when the list is not older than it.
    private func hold(
        _ write: Write,
        at key: ObjectKey,
        against version: String,
        in new: inout [ObjectKey: Entry<R>]
    ) -> Bool {
        switch write {
        case .object(let entry):
            guard ResourceVersion.isNewer(entry.version, than: version) else { return false }
            new[key] = entry
        case .outside(let since):
            guard ResourceVersion.isNewer(since, than: version) else { return false }
            new[key] = nil
        case .deletion(let uid):
            guard new[key]?.uid == uid else { return false }
            new[key] = nil
        }
        return true
    }
}

// MARK: - Events

extension ObjectStore {
    /// Takes over an event.
    ///
    /// - Returns: what is no longer what it was; two changes when one object took another's name.
    mutating func apply(_ event: WatchEvent<R>) -> [Change<R>] {
        defer { advance(to: event.version) }
        switch event {
        case .bookmark(let version, _):
            forgetWrites(upTo: version)
            return []
        case .unreadable(_, let key, _):
            if let key { unreadable.insert(key) }
            return []
        case .deleted(let key, let uid, let version):
            unreadable.remove(key)
            if isOld(uid, version, at: key, isDeletion: true) { return [] }
            guard let known = entries[key] else { return [] }
            // The server's answer to us may have told of its successor already.
            let isPredecessor = known.uid != uid && !uid.isEmpty
            if isPredecessor || ResourceVersion.isNewer(known.version, than: version) { return [] }
            put(nil, at: key)
            return [Change(.deleted, known)]
        case .changed(let entry):
            let key = entry.object.key
            unreadable.remove(key)
            if isOld(entry.uid, entry.version, at: key, isDeletion: false) { return [] }
            return take(entry, at: key)
        }
    }

    private mutating func take(_ entry: Entry<R>, at key: ObjectKey) -> [Change<R>] {
        guard let known = entries[key] else {
            put(entry, at: key)
            return [Change(.added, entry)]
        }
        guard ResourceVersion.isNewer(entry.version, than: known.version) else { return [] }
        put(entry, at: key)
        if known.uid == entry.uid { return [Change(.changed, entry, before: known)] }
        return [Change(.deleted, known), Change(.added, entry)]
    }

    /// Whether the event is from before a write of ours, or its echo.
    private mutating func isOld(
        _ uid: String,
        _ version: String,
        at key: ObjectKey,
        isDeletion: Bool
    ) -> Bool {
        switch writes[key] {
        case nil: return false
        case .deletion(let ours):
            guard uid == ours else { return false }
            if isDeletion { writes[key] = nil }
            return true
        case .object(let entry): return passes(entry.version, version, at: key)
        case .outside(let since): return passes(since, version, at: key)
        }
    }

    private mutating func passes(_ ours: String, _ version: String, at key: ObjectKey) -> Bool {
        let isOld = !ResourceVersion.isNewer(version, than: ours)
        if !isOld || version == ours { writes[key] = nil }
        return isOld
    }

    /// An event moves the version on, never back.
    private mutating func advance(to version: String) {
        guard !version.isEmpty, ResourceVersion.isNewer(version, than: self.version) else { return }
        self.version = version
    }

    private mutating func forgetWrites(upTo version: String) {
        guard !writes.isEmpty else { return }
        writes = writes.filter { _, write in
            switch write {
            case .object(let entry): ResourceVersion.isNewer(entry.version, than: version)
            case .outside(let since): ResourceVersion.isNewer(since, than: version)
            case .deletion: true
            }
        }
    }
}

// MARK: - Our own writes

extension ObjectStore {
    /// Takes over what the server answered to our own write, unless it is old news.
    ///
    /// What the watch has passed is known already, also if it was deleted since. `isInside` says
    /// whether the object is in the store's scope.
    mutating func absorb(_ object: R, isInside: Bool = true) -> [Change<R>] {
        let key = object.key
        let version = object.metadata.resourceVersion
        guard !version.isEmpty, !hasSeen(version) else { return [] }
        switch writes[key] {
        case nil: break
        case .deletion(let uid): if uid == object.metadata.uid { return [] }
        case .object(let entry):
            guard ResourceVersion.isNewer(version, than: entry.version) else { return [] }
        case .outside(let since):
            guard ResourceVersion.isNewer(version, than: since) else { return [] }
        }
        guard isInside else {
            writes[key] = .outside(version: version)
            guard let known = entries[key] else { return [] }
            put(nil, at: key)
            return [Change(.deleted, known)]
        }
        let entry = Entry(object, bytes: entries[key]?.bytes ?? 0)
        writes[key] = .object(entry)
        return isSynced ? take(entry, at: key) : []
    }

    /// Takes over that the server has removed an object at our wish.
    mutating func absorbDeletion(of key: ObjectKey, uid: String) -> [Change<R>] {
        guard let known = entries[key] else {
            // Before the first list is complete it may have the object still.
            if !isSynced { writes[key] = .deletion(uid: uid) }
            return []
        }
        guard known.uid == uid else { return [] }
        writes[key] = .deletion(uid: uid)
        put(nil, at: key)
        return [Change(.deleted, known)]
    }
}
