// SPDX-License-Identifier: Apache-2.0

import JSON
import Kernel

/// The objects of a cluster and the rules by which they change.
///
/// Every verb is one step: it throws before it changes anything, or does all of it, including what
/// follows by itself: dependants of what went away, contents of a namespace that is deleted.
struct Registry: Sendable {
    private(set) var kinds: [ResourceKind]
    var storage: Storage

    /// Namespaces that every cluster has.
    private static let namespaces = ["default", "kube-node-lease", "kube-public", "kube-system"]

    init(storage: Storage = Storage()) {
        kinds = Builtins.kinds
        self.storage = storage
        for (_, definition) in storage.objects(of: .definitions) { learn(definition) }
        for name in Self.namespaces {
            let key = ObjectKey(namespace: "", name: name)
            if storage[.namespaces, key] != nil { continue }
            var object: JSONValue = [
                "apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name)],
            ]
            Self.birth(of: &object)
            Self.settleNamespace(&object)
            self.storage.put(object, at: key, of: .namespaces)
        }
    }

    // MARK: - Types

    /// The kind that a path names.
    func kind(group: String, version: String, plural: String) -> ResourceKind? {
        kinds.first { $0.group == group && $0.version == version && $0.plural == plural }
    }

    /// Any version of a resource, for what the server does by itself.
    func kind(of resource: Resource) -> ResourceKind? {
        kinds.first { $0.resource == resource }
    }

    /// Serves the versions of a resource definition from now on.
    mutating func learn(_ definition: JSONValue) {
        forget(definition)
        // The definition was looked at before it was stored.
        if let made = try? Definition(definition) { kinds += made.kinds }
    }

    /// Serves them no longer.
    mutating func forget(_ definition: JSONValue) {
        let group = definition["spec"]?["group"]?.string
        let plural = definition["spec"]?["names"]?["plural"]?.string
        kinds.removeAll { $0.isCustom && $0.group == group && $0.plural == plural }
    }

    // MARK: - Birth

    /// What a server sets when an object is new, and what a client may not.
    static func birth(of object: inout JSONValue) {
        var metadata = object.metadata
        for key in ["resourceVersion", "selfLink", "managedFields", "deletionTimestamp"] {
            metadata[key] = nil
        }
        metadata["deletionGracePeriodSeconds"] = nil
        metadata["generation"] = nil
        metadata["uid"] = .string(Machine.randomUUID())
        metadata["creationTimestamp"] = .now
        object.metadata = metadata
    }

    /// What a namespace has beyond what was asked for.
    static func settleNamespace(_ object: inout JSONValue) {
        object.metadata = MergePatch.apply(
            ["labels": ["kubernetes.io/metadata.name": .string(object.objectName)]],
            to: object.metadata
        )
        object["spec"] = ["finalizers": ["kubernetes"]]
        object["status"] = ["phase": "Active"]
    }

    /// The place of an object.
    func key(_ kind: ResourceKind, _ namespace: String, _ name: String) -> ObjectKey {
        ObjectKey(namespace: kind.isNamespaced ? namespace : "", name: name)
    }

    /// The object of that name.
    ///
    /// - Throws: 404.
    func object(
        _ kind: ResourceKind,
        _ namespace: String,
        _ name: String
    ) throws(Refusal) -> JSONValue {
        guard let object = storage[kind.resource, key(kind, namespace, name)] else {
            throw .notFound(kind, name)
        }
        return object
    }
}
