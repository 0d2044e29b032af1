// SPDX-License-Identifier: Apache-2.0

import JSON
import Schemas

/// One served version of a type of objects: how it is called, and what its objects are like.
struct ResourceKind: Sendable {
    /// A column of a table.
    struct Column: Sendable {
        var name: String
        /// `string`, `integer`, `number`, `boolean` or `date`.
        var type: String
        var format = ""
        var description = ""
        /// 0 for columns that are always shown.
        var priority = 0
        var path: JSONPath
        /// Whether it shows how many members or elements there are.
        var counts = false
        /// What stands before the value, with a slash between.
        var prefix: JSONPath?
    }

    /// Empty for the core group.
    var group: String
    var version: String
    var kind: String
    var listKind: String
    var plural: String
    var singular: String
    var shortNames: [String] = []
    var categories: [String] = []
    var isNamespaced: Bool
    var hasStatus = false
    /// Whether `metadata.generation` counts changes of what is wanted.
    var countsGenerations = false
    /// From a resource definition: pruned, validated, and never replaced unconditionally.
    var isCustom = false
    var schema: Schema?
    var columns: [Column] = []
    /// Whether a replace must say which version it replaces.
    var demandsVersion = false
    /// Whether a replace of what is missing makes it.
    var createsOnUpdate = false
    /// What field selectors may ask for.
    var selectableFields: Set<String> = ["metadata.name", "metadata.namespace"]
    /// How names are checked.
    var naming = Naming.subdomain

    /// What a name must look like.
    enum Naming: Sendable {
        case subdomain, label, pathSegment
    }

    /// What can be done with it, in the order of discovery.
    var verbs: [String] {
        let all = [
            "delete", "deletecollection", "get", "list", "patch", "create", "update", "watch",
        ]
        return isCustom ? all : all.sorted()
    }

    /// Which objects these are, whatever the version.
    var resource: Resource { Resource(group: group, plural: plural) }

    var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

    /// As error messages call it: `netdevs.xpu.opiproject.org`.
    var qualifiedName: String { group.isEmpty ? plural : "\(plural).\(group)" }

    /// As messages about an invalid object call it: `Netdev.xpu.opiproject.org`.
    var qualifiedKind: String { group.isEmpty ? kind : "\(kind).\(group)" }

    /// The object as this version shows it.
    func shown(_ object: JSONValue) -> JSONValue {
        var object = object
        object["apiVersion"] = .string(apiVersion)
        object["kind"] = .string(kind)
        return object
    }
}

/// A type of objects in all its versions.
struct Resource: Hashable, Sendable {
    var group: String
    var plural: String

    static let namespaces = Resource(group: "", plural: "namespaces")
    static let serviceAccounts = Resource(group: "", plural: "serviceaccounts")
    static let definitions = Resource(
        group: "apiextensions.k8s.io",
        plural: "customresourcedefinitions"
    )
    static let roles = rbac("roles")
    static let roleBindings = rbac("rolebindings")
    static let clusterRoles = rbac("clusterroles")
    static let clusterRoleBindings = rbac("clusterrolebindings")

    private static func rbac(_ plural: String) -> Resource {
        Resource(group: "rbac.authorization.k8s.io", plural: plural)
    }
}

/// Which object: its namespace, empty for a cluster's own, and its name.
struct ObjectKey: Hashable, Comparable, Sendable {
    var namespace: String
    var name: String

    /// The order of a list.
    static func < (left: Self, right: Self) -> Bool {
        left.namespace == right.namespace
            ? left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
            : left.namespace.utf8.lexicographicallyPrecedes(right.namespace.utf8)
    }
}
