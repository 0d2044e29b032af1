// SPDX-License-Identifier: Apache-2.0

import JSON
import Schemas

/// What a client may say about a write.
struct WriteOptions: Sendable {
    /// What happens to members that the schema does not know.
    enum FieldValidation: String, Sendable {
        case ignore = "Ignore"
        case warn = "Warn"
        case strict = "Strict"
    }

    var fieldValidation = FieldValidation.warn
    /// The subresource that is written, nil for the object itself.
    var subresource: String?
}

/// What a write made.
struct Written: Sendable {
    var object: JSONValue
    /// Whether there was none before.
    var isNew = false
    /// Sentences for the client's `Warning` header.
    var warnings: [String] = []
}

extension Registry {
    // MARK: - Create

    /// Makes an object.
    ///
    /// - Throws: 400, 403, 404 (no such namespace), 409, 422.
    mutating func create(
        _ kind: ResourceKind,
        in namespace: String,
        _ document: JSONValue,
        _ options: WriteOptions
    ) throws(Refusal) -> Written {
        guard document.resourceVersion.isEmpty else {
            throw .badRequest("resourceVersion should not be set on objects to be created")
        }
        var object = try addressed(document, kind, namespace, name: nil)
        if kind.isNamespaced { try admit(kind, object, into: namespace) }
        var name = object.objectName
        if name.isEmpty, let base = object.metadata["generateName"]?.string, !base.isEmpty {
            name = base + NameSuffix.random()
            object.metadata["name"] = .string(name)
        }
        try checkName(kind, object)
        Self.birth(of: &object)
        if kind.countsGenerations { object.metadata["generation"] = 1 }
        if kind.hasStatus, kind.isCustom { object["status"] = nil }
        if kind.resource == .namespaces { Self.settleNamespace(&object) }
        let warnings = try fit(&object, to: kind, options.fieldValidation)
        if kind.resource == .definitions { try Definition.settle(&object, kind) }
        let key = key(kind, namespace, name)
        if let old = storage[kind.resource, key] {
            var refusal = Refusal.alreadyExists(kind, name)
            if old.isBeingDeleted {
                refusal.message = "object is being deleted: \(refusal.message)"
            }
            throw refusal
        }
        object = storage.put(object, at: key, of: kind.resource)
        if kind.resource == .definitions { learn(object) }
        collectGarbage()
        return Written(object: object, isNew: true, warnings: warnings)
    }

    /// Nothing new comes into a namespace that is missing or on its way out.
    private func admit(
        _ kind: ResourceKind,
        _ object: JSONValue,
        into namespace: String
    ) throws(Refusal) {
        let key = ObjectKey(namespace: "", name: namespace)
        guard let owner = storage[.namespaces, key] else {
            throw .notFound(self.kind(of: .namespaces) ?? kind, namespace)
        }
        guard !owner.isBeingDeleted else {
            let words =
                "unable to create new content in namespace \(namespace) because it is being "
                + "terminated"
            var refusal = Refusal.forbidden(kind, object.objectName, words)
            refusal.causes = [
                Refusal.Cause(
                    reason: "NamespaceTerminating",
                    message: "namespace \(namespace) is being terminated",
                    field: "metadata.namespace"
                )
            ]
            throw refusal
        }
    }

    // MARK: - Update

    /// Replaces an object, or its status.
    ///
    /// - Throws: 400, 404, 409, 422.
    mutating func replace(
        _ kind: ResourceKind,
        in namespace: String,
        _ name: String,
        _ document: JSONValue,
        _ options: WriteOptions
    ) throws(Refusal) -> Written {
        let new = try addressed(document, kind, namespace, name: name)
        if kind.createsOnUpdate, storage[kind.resource, key(kind, namespace, name)] == nil {
            return try create(kind, in: namespace, document, options)
        }
        let old = try object(kind, namespace, name)
        if new.resourceVersion.isEmpty, kind.demandsVersion {
            let words = "Invalid value: 0x0: must be specified for an update"
            let finding = SchemaFinding(
                field: "metadata.resourceVersion",
                reason: .invalid,
                message: words
            )
            throw .invalid(kind, name, [finding])
        }
        return try change(kind, old, to: new, options)
    }

    /// Changes an object, or its status, by a merge patch.
    ///
    /// - Throws: 400, 404, 409, 422.
    mutating func patch(
        _ kind: ResourceKind,
        in namespace: String,
        _ name: String,
        _ patch: JSONValue,
        _ options: WriteOptions
    ) throws(Refusal) -> Written {
        let old = try object(kind, namespace, name)
        guard patch.members != nil else {
            throw .badRequest("the body of a merge patch must be an object")
        }
        var new = MergePatch.apply(patch, to: kind.shown(old))
        new = try addressed(new, kind, namespace, name: name)
        return try change(kind, old, to: new, options)
    }

    private mutating func change(
        _ kind: ResourceKind,
        _ old: JSONValue,
        to new: JSONValue,
        _ options: WriteOptions
    ) throws(Refusal) -> Written {
        let name = old.objectName
        try checkVersions(kind, old, new)
        var object = new
        var warnings: [String] = []
        switch options.subresource {
        case "status":
            object = old
            object["status"] = new["status"]
        default:
            keepMetadata(of: old, in: &object)
            if kind.hasStatus { object["status"] = old["status"] }
        }
        warnings = try fit(&object, to: kind, options.fieldValidation)
        if kind.resource == .definitions { try Definition.settle(&object, kind) }
        try checkFinalizers(kind, old, object)
        if kind.countsGenerations,
            object.wanted(hasStatus: kind.hasStatus) != old.wanted(hasStatus: kind.hasStatus)
        {
            object.metadata["generation"] = .number(JSONNumber(old.generation + 1))
        }
        let key = key(kind, old.objectNamespace, name)
        if object.isBeingDeleted, object.finalizers.isEmpty, canGo(object, kind) {
            // What is gone at once was never seen in between.
            let last = removed(kind, key, as: object) ?? object
            collectGarbage()
            return Written(object: last, warnings: warnings)
        }
        guard object != old else { return Written(object: old, warnings: warnings) }
        object = storage.put(object, at: key, of: kind.resource)
        if kind.resource == .definitions { learn(object) }
        collectGarbage()
        return Written(object: object, warnings: warnings)
    }

    private func checkVersions(
        _ kind: ResourceKind,
        _ old: JSONValue,
        _ new: JSONValue
    ) throws(Refusal) {
        let name = old.objectName
        let uid = new.objectUID
        if !uid.isEmpty, uid != old.objectUID {
            let words =
                "Precondition failed: UID in precondition: \(uid), UID in object meta: "
                + old.objectUID
            throw .conflict(kind, name, words)
        }
        let version = new.resourceVersion
        guard version.isEmpty || version == old.resourceVersion else {
            throw .conflict(kind, name, Refusal.modified)
        }
    }

    /// What belongs to the server stays as it was.
    private func keepMetadata(of old: JSONValue, in new: inout JSONValue) {
        var metadata = new.metadata
        let kept = [
            "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds",
            "generation", "resourceVersion", "namespace", "name", "generateName",
        ]
        for key in kept { metadata[key] = old.metadata[key] }
        metadata["managedFields"] = nil
        metadata["selfLink"] = nil
        new.metadata = metadata
    }

    private func checkFinalizers(
        _ kind: ResourceKind,
        _ old: JSONValue,
        _ new: JSONValue
    ) throws(Refusal) {
        let added = new.finalizers.filter { !old.finalizers.contains($0) }
        guard old.isBeingDeleted, !added.isEmpty else { return }
        let list = added.map { "\"\($0)\"" }.joined(separator: ", ")
        let words =
            "Forbidden: no new finalizers can be added if the object is being deleted, found new "
            + "finalizers []string{\(list)}"
        let finding = SchemaFinding(
            field: "metadata.finalizers",
            reason: .invalid,
            message: words
        )
        var refusal = Refusal.invalid(kind, old.objectName, [finding])
        refusal.causes[0].reason = "FieldValueForbidden"
        throw refusal
    }

    // MARK: - What both have in common

    /// The document as an object of that kind at that place.
    ///
    /// - Throws: 400 when it says that it is something else.
    private func addressed(
        _ document: JSONValue,
        _ kind: ResourceKind,
        _ namespace: String,
        name: String?
    ) throws(Refusal) -> JSONValue {
        guard var metadata = document.metadata.members.map(JSONValue.object),
            document.members != nil
        else { throw .badRequest("the object provided is no object with metadata") }
        let type = document["kind"]?.string ?? ""
        let version = document["apiVersion"]?.string ?? ""
        if kind.isCustom, version == kind.apiVersion, type != kind.kind, !type.isEmpty {
            let finding = SchemaFinding(
                field: "kind",
                reason: .invalid,
                message: "Invalid value: \"\(type)\": must be \(kind.kind)"
            )
            throw .invalid(kind, document.objectName, [finding])
        }
        guard type == kind.kind, version == kind.apiVersion else {
            throw .badRequest(wrongType(type, version, kind))
        }
        let itsNamespace = metadata["namespace"]?.string ?? ""
        if kind.isNamespaced, !itsNamespace.isEmpty, itsNamespace != namespace {
            throw .badRequest(
                "the namespace of the provided object does not match the namespace sent on the "
                    + "request"
            )
        }
        if let name, let itsName = metadata["name"]?.string, itsName != name {
            throw .badRequest(
                "the name of the object (\(itsName)) does not match the name on the URL (\(name))"
            )
        }
        if let name { metadata["name"] = .string(name) }
        metadata["namespace"] = kind.isNamespaced ? .string(namespace) : nil
        var object = document
        object.metadata = metadata
        return object
    }

    private func wrongType(_ type: String, _ version: String, _ kind: ResourceKind) -> String {
        if type.isEmpty { return "Object 'Kind' is missing" }
        return """
            \(type) in version "\(version)" cannot be handled as a \(kind.kind): the API version \
            in the data (\(version)) does not match the expected API version (\(kind.apiVersion))
            """
    }

    /// Prunes, fills and validates what a schema describes.
    ///
    /// - Throws: 400 for unknown members when they are forbidden; 422.
    private func fit(
        _ object: inout JSONValue,
        to kind: ResourceKind,
        _ validation: WriteOptions.FieldValidation
    ) throws(Refusal) -> [String] {
        object["apiVersion"] = .string(kind.apiVersion)
        object["kind"] = .string(kind.kind)
        var dropped = try Metadata.fit(&object, kind)
        guard let schema = kind.schema else { return [] }
        let (known, unknown) = schema.pruned(object, isRoot: true)
        dropped += unknown
        let words = dropped.map { "unknown field \"\($0)\"" }
        if !dropped.isEmpty, validation == .strict {
            let list = words.joined(separator: ", ")
            throw .badRequest(
                "\(kind.kind) in version \"\(kind.version)\" cannot be handled as a \(kind.kind): "
                    + "strict decoding error: \(list)"
            )
        }
        object = schema.filled(known)
        let findings = schema.findings(in: object)
        guard findings.isEmpty else { throw .invalid(kind, object.objectName, findings) }
        return validation == .warn ? words : []
    }
}
