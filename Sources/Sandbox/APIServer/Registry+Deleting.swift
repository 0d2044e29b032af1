// SPDX-License-Identifier: Apache-2.0

import JSON

/// What a client may say about a deletion.
struct DeleteOptions: Sendable {
    /// What happens to what the object owns.
    enum Propagation: String, Sendable {
        case background = "Background"
        case foreground = "Foreground"
        case orphan = "Orphan"
    }

    var uid: String?
    var resourceVersion: String?
    var propagation = Propagation.background

    init() {}

    /// Reads `DeleteOptions`; an empty body has none.
    ///
    /// - Throws: 400.
    init(_ document: JSONValue?) throws(Refusal) {
        guard let document, let members = document.members else { return }
        uid = members["preconditions"]?["uid"]?.string
        resourceVersion = members["preconditions"]?["resourceVersion"]?.string
        if let text = members["propagationPolicy"]?.string {
            guard let policy = Propagation(rawValue: text) else {
                throw .invalid(
                    "DeleteOptions.meta.k8s.io",
                    "propagationPolicy",
                    "Invalid value: \"\(text)\": propagationPolicy must be one of Background, "
                        + "Foreground, Orphan"
                )
            }
            propagation = policy
        }
    }
}

extension Registry {
    private static let orphan = "orphan"
    private static let foreground = "foregroundDeletion"
    private static let cleanup = "customresourcecleanup.apiextensions.k8s.io"

    /// Deletes an object, or marks it when somebody has a finalizer on it; returns its last state
    /// and whether it is gone.
    ///
    /// - Throws: 404, 409.
    mutating func delete(
        _ kind: ResourceKind,
        in namespace: String,
        _ name: String,
        _ options: DeleteOptions
    ) throws(Refusal) -> (object: JSONValue, isGone: Bool) {
        let old = try object(kind, namespace, name)
        if let uid = options.uid, uid != old.objectUID {
            throw .conflict(kind, name, Self.failed("UID", uid, old.objectUID))
        }
        if let version = options.resourceVersion, version != old.resourceVersion {
            throw .conflict(
                kind,
                name,
                Self.failed("ResourceVersion", version, old.resourceVersion)
            )
        }
        let last = mark(kind, old, options.propagation)
        let key = key(kind, namespace, name)
        collectGarbage()
        let now = storage[kind.resource, key]
        return (now ?? last, now == nil)
    }

    private static func failed(_ what: String, _ wanted: String, _ found: String) -> String {
        "the \(what) in the precondition (\(wanted)) does not match the \(what) in record "
            + "(\(found)). The object might have been deleted and then recreated"
    }

    /// The first step of a deletion, and the last one when nothing stands in the way.
    private mutating func mark(
        _ kind: ResourceKind,
        _ old: JSONValue,
        _ propagation: DeleteOptions.Propagation
    ) -> JSONValue {
        var object = old
        let key = key(kind, old.objectNamespace, old.objectName)
        var finalizers = object.finalizers
        switch propagation {
        case .background: break
        case .foreground: finalizers.append(Self.foreground)
        case .orphan: finalizers.append(Self.orphan)
        }
        if kind.resource == .definitions { finalizers.append(Self.cleanup) }
        if !object.isBeingDeleted {
            object.finalizers = finalizers.reduce(into: []) { list, one in
                if !list.contains(one) { list.append(one) }
            }
        }
        if object.finalizers.isEmpty, canGo(object, kind) {
            return removed(kind, key) ?? old
        }
        guard !object.isBeingDeleted else { return old }
        object.metadata["deletionTimestamp"] = .now
        object.metadata["deletionGracePeriodSeconds"] = 0
        if object.generation > 0 {
            object.metadata["generation"] = .number(JSONNumber(object.generation + 1))
        }
        if kind.resource == .namespaces { object["status"]?["phase"] = "Terminating" }
        return storage.put(object, at: key, of: kind.resource)
    }

    /// Whether nothing but finalizers could keep it.
    func canGo(_ object: JSONValue, _ kind: ResourceKind) -> Bool {
        kind.resource != .namespaces || object["spec"]?["finalizers"]?.array?.isEmpty ?? true
    }

    /// Takes an object away for good.
    mutating func removed(
        _ kind: ResourceKind,
        _ key: ObjectKey,
        as final: JSONValue? = nil
    ) -> JSONValue? {
        let last = storage.remove(key, of: kind.resource, as: final)
        if kind.resource == .definitions, let last { forget(last) }
        return last
    }

    // MARK: - What follows by itself

    /// Goes on until nothing more follows: what a garbage collector and a namespace controller do.
    mutating func collectGarbage() {
        while collectOnce() {}
    }

    private mutating func collectOnce() -> Bool {
        for place in storage.unsettled {
            guard let kind = kind(of: place.resource),
                let object = storage[place.resource, place.key]
            else { continue }
            if !object.owners.isEmpty, dropOwners(of: object, kind) { return true }
            if object.isBeingDeleted, goOn(with: object, kind) { return true }
        }
        return false
    }

    /// Removes what has no owner any more, and references to owners that are gone beside one that
    /// is not.
    private mutating func dropOwners(of object: JSONValue, _ kind: ResourceKind) -> Bool {
        let living = object.owners.filter { storage.uids.contains($0["uid"]?.string ?? "") }
        guard living.count < object.owners.count, !object.isBeingDeleted else { return false }
        if living.isEmpty {
            _ = mark(kind, object, .background)
        } else {
            disown(object, kind) { !living.contains($0) }
        }
        return true
    }

    private mutating func disown(
        _ object: JSONValue,
        _ kind: ResourceKind,
        where isGone: (JSONValue) -> Bool
    ) {
        var object = object
        let kept = object.owners.filter { !isGone($0) }
        object.metadata["ownerReferences"] = kept.isEmpty ? nil : .array(kept)
        let key = key(kind, object.objectNamespace, object.objectName)
        storage.put(object, at: key, of: kind.resource)
    }

    /// Takes a deletion that waits a step further; false when it waits for somebody else.
    private mutating func goOn(with object: JSONValue, _ kind: ResourceKind) -> Bool {
        if kind.resource == .namespaces { return emptyNamespace(object, kind) }
        if object.finalizers.contains(Self.cleanup) { return emptyDefinition(object, kind) }
        if object.finalizers.contains(Self.orphan) {
            for (dependant, its) in dependants(of: object) {
                disown(dependant, its) { $0["uid"]?.string == object.objectUID }
            }
            finish(Self.orphan, object, kind)
            return true
        }
        if object.finalizers.contains(Self.foreground) {
            let left = dependants(of: object)
            let fresh = left.filter { !$0.0.isBeingDeleted }
            for (dependant, its) in fresh { release(dependant, its) }
            if !fresh.isEmpty { return true }
            let blocks = left.contains { dependant, _ in
                dependant.owners.contains {
                    $0["uid"]?.string == object.objectUID
                        && $0["blockOwnerDeletion"]?.bool == true
                } && !isAbove(dependant, object)
            }
            guard !blocks else { return false }
            finish(Self.foreground, object, kind)
            return true
        }
        return false
    }

    /// What a dependant does whose owner waits for it: it goes too, or keeps its other owners.
    private mutating func release(_ dependant: JSONValue, _ kind: ResourceKind) {
        let isKept = { [storage] (reference: JSONValue) in
            guard let owner = storage.object(uid: reference["uid"]?.string ?? "") else {
                return false
            }
            return !owner.isBeingDeleted || !owner.finalizers.contains(Self.foreground)
        }
        if dependant.owners.contains(where: isKept) {
            disown(dependant, kind) { !isKept($0) }
        } else {
            _ = mark(kind, dependant, .foreground)
        }
    }

    /// Whether an object is another, or its owner through any number of owners: a circle would wait
    /// for itself for ever.
    private func isAbove(_ object: JSONValue, _ other: JSONValue) -> Bool {
        var open = [other]
        var seen: Set<String> = []
        while let next = open.popLast() {
            if next.objectUID == object.objectUID { return true }
            guard seen.insert(next.objectUID).inserted else { continue }
            open += next.owners.compactMap { storage.object(uid: $0["uid"]?.string ?? "") }
        }
        return false
    }

    private func dependants(of owner: JSONValue) -> [(JSONValue, ResourceKind)] {
        storage.unsettled.compactMap { place in
            guard let kind = kind(of: place.resource),
                let object = storage[place.resource, place.key],
                object.owners.contains(where: { $0["uid"]?.string == owner.objectUID })
            else { return nil }
            return (object, kind)
        }
    }

    /// Removes a finalizer of the server's own, and the object with the last one.
    private mutating func finish(_ finalizer: String, _ object: JSONValue, _ kind: ResourceKind) {
        var object = object
        object.finalizers.removeAll { $0 == finalizer }
        let key = key(kind, object.objectNamespace, object.objectName)
        if object.finalizers.isEmpty, canGo(object, kind) {
            _ = removed(kind, key, as: object)
        } else {
            storage.put(object, at: key, of: kind.resource)
        }
    }

    private mutating func emptyNamespace(_ object: JSONValue, _ kind: ResourceKind) -> Bool {
        // All in one pass: a namespace may hold many.
        var (isEmpty, hasMarked) = (true, false)
        for resource in storage.resources {
            guard let its = self.kind(of: resource), its.isNamespaced else { continue }
            for (_, content) in storage.objects(of: resource, in: object.objectName) {
                isEmpty = false
                guard !content.isBeingDeleted else { continue }
                _ = mark(its, content, .background)
                hasMarked = true
            }
        }
        if hasMarked { return true }
        guard isEmpty else { return false }
        var object = object
        object["spec"]?["finalizers"] = nil
        let key = key(kind, "", object.objectName)
        guard object.finalizers.isEmpty else { return false }
        _ = removed(kind, key)
        return true
    }

    private mutating func emptyDefinition(_ object: JSONValue, _ kind: ResourceKind) -> Bool {
        let resource = Resource(
            group: object["spec"]?["group"]?.string ?? "",
            plural: object["spec"]?["names"]?["plural"]?.string ?? ""
        )
        let left = storage.objects(of: resource)
        // A definition that serves no version has no kind.
        if let its = self.kind(of: resource) {
            let fresh = left.map(\.1).filter { !$0.isBeingDeleted }
            for content in fresh { _ = mark(its, content, .background) }
            if !fresh.isEmpty { return true }
        }
        guard left.isEmpty else { return false }
        finish(Self.cleanup, object, kind)
        return true
    }
}
