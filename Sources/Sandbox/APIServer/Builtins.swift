// SPDX-License-Identifier: Apache-2.0

/// The types that a cluster has without any resource definition; their objects are not validated.
enum Builtins {
    static let kinds: [ResourceKind] = [
        core("Namespace", "namespaces", ["ns"], namespaced: false, status: true, naming: .label) {
            [column("Status", "{.status.phase}"), age]
        },
        core("ConfigMap", "configmaps", ["cm"]) { [count("Data", "{.data}"), age] },
        core("Secret", "secrets"),
        core("ServiceAccount", "serviceaccounts", ["sa"]) {
            [count("Secrets", "{.secrets}"), age]
        },
        core("Node", "nodes", ["no"], namespaced: false, status: true),
        core("Pod", "pods", ["po"], categories: ["all"], status: true) {
            [
                column("Status", "{.status.phase}"), age,
                column("Node", "{.spec.nodeName}", priority: 1),
            ]
        },
        events,
        leases,
        rbac("Role", "roles") { [created] },
        rbac("RoleBinding", "rolebindings") { [role, age] },
        rbac("ClusterRole", "clusterroles", namespaced: false) { [created] },
        rbac("ClusterRoleBinding", "clusterrolebindings", namespaced: false) {
            [role, age]
        },
        definitions,
    ]

    private static let leases: ResourceKind = {
        var made = kind("coordination.k8s.io", "Lease", "leases") {
            [column("Holder", "{.spec.holderIdentity}"), age]
        }
        made.demandsVersion = true
        made.createsOnUpdate = true
        return made
    }()

    private static let events: ResourceKind = {
        var made = core("Event", "events", ["ev"]) {
            [
                column("Type", "{.type}"), column("Reason", "{.reason}"),
                column("Message", "{.message}"),
            ]
        }
        let fields = ["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion"]
        made.selectableFields.formUnion(fields.map { "involvedObject.\($0)" } + ["reason", "type"])
        return made
    }()

    private static let definitions: ResourceKind = {
        var made = kind(
            "apiextensions.k8s.io",
            "CustomResourceDefinition",
            "customresourcedefinitions",
            ["crd", "crds"],
            namespaced: false
        ) { [created] }
        made.hasStatus = true
        made.countsGenerations = true
        made.categories = ["api-extensions"]
        return made
    }()

    static let age = ResourceKind.Column(
        name: "Age",
        type: "date",
        path: JSONPath(checked: "{.metadata.creationTimestamp}")
    )

    private static let created = ResourceKind.Column(
        name: "Created At",
        type: "date",
        path: JSONPath(checked: "{.metadata.creationTimestamp}", isRaw: true)
    )

    private static func column(
        _ name: String,
        _ path: String,
        priority: Int = 0
    ) -> ResourceKind.Column {
        ResourceKind.Column(
            name: name,
            type: "string",
            priority: priority,
            path: JSONPath(checked: path)
        )
    }

    private static let role: ResourceKind.Column = {
        var made = column("Role", "{.roleRef.name}")
        made.prefix = JSONPath(checked: "{.roleRef.kind}")
        return made
    }()

    private static func count(_ name: String, _ path: String) -> ResourceKind.Column {
        var made = column(name, path)
        made.counts = true
        return made
    }

    private static func core(
        _ name: String,
        _ plural: String,
        _ shortNames: [String] = [],
        categories: [String] = [],
        namespaced: Bool = true,
        status: Bool = false,
        naming: ResourceKind.Naming = .subdomain,
        columns: () -> [ResourceKind.Column] = { [age] }
    ) -> ResourceKind {
        var made = kind("", name, plural, shortNames, namespaced: namespaced, columns: columns)
        made.hasStatus = status
        made.naming = naming
        made.categories = categories
        return made
    }

    private static func rbac(
        _ name: String,
        _ plural: String,
        namespaced: Bool = true,
        columns: () -> [ResourceKind.Column]
    ) -> ResourceKind {
        let group = "rbac.authorization.k8s.io"
        var made = kind(group, name, plural, namespaced: namespaced, columns: columns)
        made.naming = .pathSegment
        return made
    }

    private static func kind(
        _ group: String,
        _ name: String,
        _ plural: String,
        _ shortNames: [String] = [],
        namespaced: Bool = true,
        columns: () -> [ResourceKind.Column]
    ) -> ResourceKind {
        ResourceKind(
            group: group,
            version: "v1",
            kind: name,
            listKind: "\(name)List",
            plural: plural,
            singular: name.lowercased(),
            shortNames: shortNames,
            isNamespaced: namespaced,
            columns: columns()
        )
    }
}
