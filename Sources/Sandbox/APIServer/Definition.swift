// SPDX-License-Identifier: Apache-2.0

import JSON
import Schemas

/// A CustomResourceDefinition, read.
struct Definition: Sendable {
    /// The served versions.
    let kinds: [ResourceKind]

    /// Reads a definition.
    ///
    /// - Throws: `JSONShapeError` with the place of what cannot be.
    init(_ object: JSONValue) throws(JSONShapeError) {
        let spec = try JSONNode(object).required("spec")
        let names = try spec.required("names")
        let group = try spec.required("group").text()
        let plural = try names.required("plural").text()
        let kind = try names.required("kind").text()
        let scope = try spec.required("scope").parsed(as: "Namespaced or Cluster") {
            ["Namespaced": true, "Cluster": false][$0]
        }
        guard object.objectName == "\(plural).\(group)" else {
            throw .invalid(
                path: "metadata.name",
                value: "\"\(object.objectName)\"",
                expected: "\(plural).\(group)"
            )
        }
        var kinds: [ResourceKind] = []
        for version in try spec.required("versions").elements()
        where try version.optional("served")?.bool() ?? false {
            var made = ResourceKind(
                group: group,
                version: try version.required("name").text(),
                kind: kind,
                listKind: try names.optional("listKind")?.text() ?? "\(kind)List",
                plural: plural,
                singular: try names.optional("singular")?.text() ?? kind.lowercased(),
                isNamespaced: scope
            )
            made.shortNames = try Self.strings(names, "shortNames")
            made.categories = try Self.strings(names, "categories")
            made.hasStatus = try version.optional("subresources")?.optional("status") != nil
            made.countsGenerations = true
            made.isCustom = true
            made.demandsVersion = true
            let schema = try version.required("schema").required("openAPIV3Schema")
            made.schema = try Schema(schema)
            made.columns = try Self.columns(version)
            kinds.append(made)
        }
        self.kinds = kinds
    }

    private static func strings(_ node: JSONNode, _ key: String) throws(JSONShapeError) -> [String]
    {
        var strings: [String] = []
        for one in try node.optional(key)?.elements() ?? [] { strings.append(try one.text()) }
        return strings
    }

    private static func columns(
        _ version: JSONNode
    ) throws(JSONShapeError) -> [ResourceKind.Column] {
        guard let nodes = try version.optional("additionalPrinterColumns")?.elements() else {
            return [Builtins.age]
        }
        var columns: [ResourceKind.Column] = []
        for node in nodes {
            let path = try node.required("jsonPath").parsed(as: "a path") { JSONPath($0) }
            columns.append(
                ResourceKind.Column(
                    name: try node.required("name").text(),
                    type: try node.required("type").text(),
                    format: try node.optional("format")?.string() ?? "",
                    description: try node.optional("description")?.string()
                        ?? "Custom resource definition column (in JSONPath format): \(path.text)",
                    priority: try node.optional("priority")?.integer(in: 0...100) ?? 0,
                    path: path
                )
            )
        }
        return columns
    }

    /// Fills in what a definition may leave out, and says in its status that it is established.
    ///
    /// - Throws: 422 when it cannot be understood.
    static func settle(_ object: inout JSONValue, _ kind: ResourceKind) throws(Refusal) {
        do throws(JSONShapeError) {
            let made = try Definition(object)
            guard let first = made.kinds.first else { return }
            object["spec"]?["names"]?["singular"] = .string(first.singular)
            object["spec"]?["names"]?["listKind"] = .string(first.listKind)
            if object["spec"]?["conversion"] == nil {
                object["spec"]?["conversion"] = ["strategy": "None"]
            }
        } catch {
            let finding = SchemaFinding(
                field: "spec",
                reason: .invalid,
                message: "Invalid value: \(error)"
            )
            throw .invalid(kind, object.objectName, [finding])
        }
        let versions = object["spec"]?["versions"]?.array ?? []
        let stored = versions.filter { $0["storage"]?.bool == true }.compactMap { $0["name"] }
        let old = object["status"]?["conditions"]
        object["status"] = [
            "conditions": old
                ?? [
                    condition("NamesAccepted", "NoConflicts", "no conflicts found"),
                    condition(
                        "Established",
                        "InitialNamesAccepted",
                        "the initial names have been accepted"
                    ),
                ],
            "acceptedNames": object["spec"]?["names"] ?? [:], "storedVersions": .array(stored),
        ]
    }

    private static func condition(
        _ type: JSONValue,
        _ reason: JSONValue,
        _ message: JSONValue
    ) -> JSONValue {
        [
            "type": type, "status": "True", "lastTransitionTime": .now, "reason": reason,
            "message": message,
        ]
    }
}
