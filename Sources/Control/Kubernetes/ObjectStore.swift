// SPDX-License-Identifier: Apache-2.0

import Resources

/// The objects of one scope as far as they are known: a value without clock or tasks.
///
/// ```
///            list                      event
///   empty ─────────► synced(version) ────────► synced(newer version)
///                        ▲    │ list (after 410)
///                        └────┘
/// ```
struct ObjectStore<R: Resource>: Sendable {
    private(set) var objects: [ObjectKey: R] = [:]

    /// Objects that are there but cannot be read, with their last readable state if they had one.
    private(set) var unreadable: Set<ObjectKey> = []

    /// The version up to which everything is known; empty before the first list.
    private(set) var version = ""

    var isSynced: Bool { !version.isEmpty }

    /// Takes over a whole list.
    ///
    /// An object that we wrote after the list was made is kept: the watch tells of it anyway. So is
    /// one that the list has but that cannot be read: it is not gone.
    ///
    /// - Returns: what has come, changed or gone.
    mutating func replace(with listing: Listing<R>) -> Set<ObjectKey> {
        let old = objects
        objects = [:]
        for object in listing.objects { objects[object.key] = object }
        for (key, object) in old {
            let version = object.metadata.resourceVersion
            let isOurs = !version.isEmpty && ResourceVersion.isNewer(version, than: listing.version)
            if isOurs || listing.unread.contains(key) { objects[key] = object }
        }
        unreadable = listing.unread
        version = listing.version
        let changed = objects.filter { key, object in
            old[key]?.metadata.resourceVersion != object.metadata.resourceVersion
        }
        return Set(changed.keys).union(old.keys.filter { objects[$0] == nil })
    }

    /// Takes over an event.
    ///
    /// - Returns: the object that is no longer what it was, nil when nothing is new.
    mutating func apply(_ event: WatchEvent<R>) -> ObjectKey? {
        if !event.version.isEmpty { version = event.version }
        switch event {
        case .bookmark: return nil
        case .unreadable(_, let key, _):
            if let key { unreadable.insert(key) }
            return nil
        case .deleted(let object):
            unreadable.remove(object.key)
            let known = objects[object.key]?.metadata.resourceVersion ?? ""
            // The server's answer to us may have told of its successor already.
            let version = object.metadata.resourceVersion
            if !known.isEmpty, ResourceVersion.isNewer(known, than: version) { return nil }
            return objects.removeValue(forKey: object.key)?.key
        case .changed(let object):
            unreadable.remove(object.key)
            let known = objects[object.key]?.metadata.resourceVersion ?? ""
            let version = object.metadata.resourceVersion
            guard known.isEmpty || ResourceVersion.isNewer(version, than: known) else { return nil }
            objects[object.key] = object
            return object.key
        }
    }

    /// Takes over what the server answered to our own write, unless it is old news.
    ///
    /// What the watch has passed is known already, also if it was deleted since.
    mutating func absorb(_ object: R) -> Bool {
        let newest = object.metadata.resourceVersion
        let known = objects[object.key]?.metadata.resourceVersion ?? version
        guard isSynced, ResourceVersion.isNewer(newest, than: version),
            ResourceVersion.isNewer(newest, than: known)
        else { return false }
        objects[object.key] = object
        return true
    }
}
