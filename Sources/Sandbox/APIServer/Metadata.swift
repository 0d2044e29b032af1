// SPDX-License-Identifier: Apache-2.0

import JSON
import Schemas

/// The rules of `metadata`, which are the same for all types.
///
/// Source: Kubernetes, "Object Names and IDs", "Labels and Selectors", "Annotations".
enum Metadata {
    private static let known: Set<String> = [
        "name", "generateName", "namespace", "selfLink", "uid", "resourceVersion", "generation",
        "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "labels",
        "annotations", "ownerReferences", "finalizers", "managedFields",
    ]

    /// All annotations of an object together, in bytes.
    private static let annotationLimit = 256 << 10

    /// Drops what no object has, and empty collections; returns the places of what was unknown.
    ///
    /// - Throws: 400 for a value of the wrong kind, 422 for one that cannot be.
    static func fit(_ object: inout JSONValue, _ kind: ResourceKind) throws(Refusal) -> [String] {
        var metadata = object.metadata.members ?? JSONObject()
        try checkKinds(metadata, kind)
        let unknown = metadata.keys.filter { !known.contains($0) }
        metadata.members.removeAll { member in
            if unknown.contains(member.key) { return true }
            switch member.value {
            case .null: return true
            case .object(let object): return object.members.isEmpty
            case .array(let elements): return elements.isEmpty
            default: return false
            }
        }
        object.metadata = .object(metadata)
        let findings = findings(in: object)
        guard findings.isEmpty else { throw .invalid(kind, object.objectName, findings) }
        return unknown.map { "metadata.\($0)" }
    }

    private static func checkKinds(
        _ metadata: JSONObject,
        _ kind: ResourceKind
    ) throws(Refusal) {
        for key in ["labels", "annotations"] {
            guard let map = metadata[key], !map.isNull else { continue }
            let isGood = map.members?.members.allSatisfy { $0.value.string != nil } ?? false
            guard isGood else {
                throw .badRequest(
                    "\(kind.kind) in version \"\(kind.version)\" cannot be handled as a "
                        + "\(kind.kind): metadata.\(key) is no map of strings"
                )
            }
        }
        for key in ["finalizers", "ownerReferences"] {
            guard let list = metadata[key], !list.isNull else { continue }
            guard list.array != nil else {
                throw .badRequest("metadata.\(key) is no list")
            }
        }
    }

    private static func findings(in object: JSONValue) -> [SchemaFinding] {
        var findings: [SchemaFinding] = []
        func found(_ field: String, _ value: String, _ why: String) {
            findings.append(
                SchemaFinding(
                    field: "metadata.\(field)",
                    reason: .invalid,
                    message: "Invalid value: \"\(value)\": \(why)"
                )
            )
        }
        for (key, value) in object.labels {
            if !isQualified(key) { found("labels", key, qualified) }
            let isGood = value.isEmpty || (isName(value) && value.utf8.count <= 63)
            if !isGood { found("labels", value, "a valid label must be \(name)") }
        }
        var size = 0
        for member in object.metadata["annotations"]?.members?.members ?? [] {
            size += member.key.utf8.count + (member.value.string?.utf8.count ?? 0)
            if !isQualified(member.key.lowercased()) {
                found("annotations", member.key, qualified)
            }
        }
        if size > annotationLimit {
            findings.append(
                SchemaFinding(
                    field: "metadata.annotations",
                    reason: .tooLong,
                    message: "Too long: may not be more than \(annotationLimit) bytes"
                )
            )
        }
        for finalizer in object.finalizers where !isQualified(finalizer) {
            found("finalizers", finalizer, qualified)
        }
        for (index, owner) in object.owners.enumerated() {
            for key in ["apiVersion", "kind", "name", "uid"]
            where owner[key]?.string?.isEmpty ?? true {
                found("ownerReferences[\(index)].\(key)", "", "\(key) must not be empty")
            }
        }
        return findings
    }

    private static let name =
        "an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start "
        + "and end with an alphanumeric character"

    private static let qualified =
        "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and "
        + "end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex "
        + "used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"

    /// `name` or `prefix.example/name`.
    private static func isQualified(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let name = parts.last, parts.count <= 2, name.utf8.count <= 63 else { return false }
        return parts.allSatisfy { isName(String($0)) }
    }

    private static func isName(_ text: String) -> Bool {
        func isAlphanumeric(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: false
            }
        }
        let inner = Set("-_.".utf8)
        guard let first = text.utf8.first, let last = text.utf8.last else { return false }
        return isAlphanumeric(first) && isAlphanumeric(last)
            && text.utf8.allSatisfy { isAlphanumeric($0) || inner.contains($0) }
    }
}
