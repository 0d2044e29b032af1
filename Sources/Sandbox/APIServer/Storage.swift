// SPDX-License-Identifier: Apache-2.0

import JSON

/// All objects, one version number over everything, and what changed lately.
///
/// What etcd is to an API server. A change's version is the version its object has from then on.
struct Storage: Sendable {
    struct Change: Sendable {
        enum Kind: String, Sendable {
            case added = "ADDED"
            case modified = "MODIFIED"
            case deleted = "DELETED"
        }

        let resource: Resource
        let key: ObjectKey
        let version: UInt64
        let kind: Kind
        /// As it is now; what was deleted as it was last, with the version of its deletion.
        let object: JSONValue
        /// As it was before, nil for what was added.
        let previous: JSONValue?
    }

    /// Where an object is among all.
    struct Place: Hashable, Sendable {
        let resource: Resource
        let key: ObjectKey
    }

    private struct Collection: Sendable {
        var objects: [ObjectKey: JSONValue] = [:]
        var changes: [Change] = []
        /// The version up to which changes are forgotten.
        var forgotten: UInt64 = 0
    }

    /// Changes of one resource that are remembered, at least; twice as many at most.
    static let history = 1000

    private(set) var version: UInt64
    private var collections: [Resource: Collection] = [:]
    /// What a collection is before anything is in it; after a restart, its past is forgotten.
    private var fresh = Collection()
    /// Where each object is, by its UID, for owners.
    private var places: [String: Place] = [:]
    /// Objects that are being deleted or have owners: those that can go by themselves.
    private(set) var unsettled: Set<Place> = []
    /// Changes that nobody was told of yet.
    private var untold: [Change] = []

    init(version: UInt64 = 1) {
        self.version = version
    }

    /// What a journal has kept; the history is not among it.
    init(restoring objects: [Place: JSONValue], version: UInt64) {
        self.version = version
        fresh.forgotten = version
        for (place, object) in objects {
            collections[place.resource, default: fresh].objects[place.key] = object
            places[object.objectUID] = place
            settle(place, object)
        }
    }

    // MARK: - Reading

    subscript(resource: Resource, key: ObjectKey) -> JSONValue? {
        collections[resource]?.objects[key]
    }

    /// Every object's UID.
    var uids: Dictionary<String, Place>.Keys { places.keys }

    /// The object of a UID.
    func object(uid: String) -> JSONValue? {
        places[uid].flatMap { self[$0.resource, $0.key] }
    }

    /// The objects of a namespace, or of all, in the order of a list.
    func objects(of resource: Resource, in namespace: String? = nil) -> [(ObjectKey, JSONValue)] {
        let all = collections[resource]?.objects ?? [:]
        let wanted = namespace.map { name in all.filter { $0.key.namespace == name } } ?? all
        return wanted.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// The same as they were at an earlier version, found by undoing what came after.
    ///
    /// - Throws: 410 when that is forgotten.
    func objects(
        of resource: Resource,
        in namespace: String?,
        at moment: UInt64
    ) throws(Refusal) -> [(ObjectKey, JSONValue)] {
        let collection = collections[resource] ?? fresh
        guard moment >= collection.forgotten else {
            throw .expired(moment, oldest: collection.forgotten)
        }
        var objects = collection.objects
        for change in collection.changes.reversed() where change.version > moment {
            objects[change.key] = change.previous
        }
        let wanted = objects.filter { namespace == nil || $0.key.namespace == namespace }
        return wanted.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// What changed after a version.
    ///
    /// - Throws: 410 when some of it is forgotten.
    func changes(of resource: Resource, after moment: UInt64) throws(Refusal) -> [Change] {
        let collection = collections[resource] ?? fresh
        guard moment >= collection.forgotten else {
            throw .expired(moment, oldest: collection.forgotten)
        }
        return collection.changes.filter { $0.version > moment }
    }

    var resources: [Resource] { Array(collections.keys) }

    // MARK: - Writing

    /// Stores an object under a new version, and returns it with that.
    @discardableResult
    mutating func put(
        _ object: JSONValue,
        at key: ObjectKey,
        of resource: Resource
    ) -> JSONValue {
        version += 1
        var object = object
        object.metadata["resourceVersion"] = .string("\(version)")
        let previous = collections[resource, default: fresh].objects
            .updateValue(object, forKey: key)
        let place = Place(resource: resource, key: key)
        places[object.objectUID] = place
        settle(place, object)
        note(resource, key, previous == nil ? .added : .modified, object, previous)
        return object
    }

    /// Removes an object, and returns its last state, which may differ from the one before.
    @discardableResult
    mutating func remove(
        _ key: ObjectKey,
        of resource: Resource,
        as final: JSONValue? = nil
    ) -> JSONValue? {
        guard let previous = collections[resource]?.objects.removeValue(forKey: key) else {
            return nil
        }
        version += 1
        places[previous.objectUID] = nil
        unsettled.remove(Place(resource: resource, key: key))
        var object = final ?? previous
        object.metadata["resourceVersion"] = .string("\(version)")
        note(resource, key, .deleted, object, previous)
        return object
    }

    /// Forgets every change so far.
    mutating func compact() {
        for resource in collections.keys {
            collections[resource]?.changes = []
            collections[resource]?.forgotten = version
        }
    }

    /// The changes since this was last asked.
    mutating func takeUntold() -> [Change] {
        defer { untold = [] }
        return untold
    }

    private mutating func settle(_ place: Place, _ object: JSONValue) {
        if object.isBeingDeleted || !object.owners.isEmpty {
            unsettled.insert(place)
        } else {
            unsettled.remove(place)
        }
    }

    private mutating func note(
        _ resource: Resource,
        _ key: ObjectKey,
        _ kind: Change.Kind,
        _ object: JSONValue,
        _ previous: JSONValue?
    ) {
        let change = Change(
            resource: resource,
            key: key,
            version: version,
            kind: kind,
            object: object,
            previous: previous
        )
        untold.append(change)
        guard var collection = collections.removeValue(forKey: resource) else { return }
        collection.changes.append(change)
        if collection.changes.count > 2 * Self.history {
            let gone = collection.changes.count - Self.history
            collection.forgotten = collection.changes[gone - 1].version
            collection.changes.removeFirst(gone)
        }
        collections[resource] = collection
    }
}
