// SPDX-License-Identifier: Apache-2.0

import Configuration
import JSON

/// What a client can find out about the API itself.
struct Discovery: Sendable {
    let kinds: [ResourceKind]

    /// The document at a path, nil when there is none.
    func document(_ parts: [String]) -> JSONValue? {
        switch (parts.first, parts.count) {
        case ("version", 1): Self.version
        case ("api", 1): ["kind": "APIVersions", "apiVersion": "v1", "versions": ["v1"]]
        case ("api", 2) where parts[1] == "v1": resources(group: "", version: "v1")
        case ("apis", 1): groups
        case ("apis", 2): group(parts[1]).map { typed($0, "APIGroup") }
        case ("apis", 3): resources(group: parts[1], version: parts[2])
        default: nil
        }
    }

    private static let version: JSONValue = [
        "major": "1", "minor": "32", "gitVersion": .string("v1.32.0+opi-xpu-\(Release.version)"),
        "gitCommit": "", "gitTreeState": "clean", "buildDate": "", "goVersion": "",
        "compiler": "swift", "platform": "linux",
    ]

    private func typed(_ value: JSONValue, _ kind: String) -> JSONValue {
        let type: JSONObject = ["kind": .string(kind), "apiVersion": "v1"]
        return .object(JSONObject(type.members + (value.members?.members ?? [])))
    }

    private var groupNames: [String] {
        var names: [String] = []
        for kind in kinds where !kind.group.isEmpty && !names.contains(kind.group) {
            names.append(kind.group)
        }
        return names + ["authorization.k8s.io", "authentication.k8s.io"]
    }

    private var groups: JSONValue {
        typed(["groups": .array(groupNames.compactMap(group))], "APIGroupList")
    }

    private func versions(of group: String) -> [String] {
        if group.hasPrefix("auth") { return ["v1"] }
        var versions: [String] = []
        for kind in kinds where kind.group == group && !versions.contains(kind.version) {
            versions.append(kind.version)
        }
        return versions
    }

    private func group(_ name: String) -> JSONValue? {
        let all = versions(of: name).map { version -> JSONValue in
            ["groupVersion": .string("\(name)/\(version)"), "version": .string(version)]
        }
        guard let first = all.first, !name.isEmpty else { return nil }
        return ["name": .string(name), "versions": .array(all), "preferredVersion": first]
    }

    private func resources(group: String, version: String) -> JSONValue? {
        let served = kinds.filter { $0.group == group && $0.version == version }
        var all = served.flatMap(entries)
        if group == "authorization.k8s.io" { all = [Self.review("SelfSubjectAccessReview")] }
        if group == "authentication.k8s.io" { all = [Self.review("SelfSubjectReview")] }
        guard !all.isEmpty else { return nil }
        let name = group.isEmpty ? version : "\(group)/\(version)"
        return [
            "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": .string(name),
            "resources": .array(all),
        ]
    }

    private static func review(_ kind: String) -> JSONValue {
        [
            "name": .string(kind.lowercased() + "s"), "singularName": .string(kind.lowercased()),
            "namespaced": false, "kind": .string(kind), "verbs": ["create"],
        ]
    }

    private func entries(_ kind: ResourceKind) -> [JSONValue] {
        var entry: JSONValue = [
            "name": .string(kind.plural), "singularName": .string(kind.singular),
            "namespaced": .bool(kind.isNamespaced), "kind": .string(kind.kind),
            "verbs": .array(kind.verbs.map { .string($0) }),
        ]
        if !kind.shortNames.isEmpty {
            entry["shortNames"] = .array(kind.shortNames.map { .string($0) })
        }
        if !kind.categories.isEmpty {
            entry["categories"] = .array(kind.categories.map { .string($0) })
        }
        var entries = [entry]
        func add(_ name: String, _ type: String, _ verbs: JSONValue, _ group: String? = nil) {
            var entry: JSONValue = [
                "name": .string("\(kind.plural)/\(name)"), "singularName": "",
                "namespaced": .bool(kind.isNamespaced),
            ]
            if let group {
                entry["group"] = .string(group)
                entry["version"] = "v1"
            }
            entry["kind"] = .string(type)
            entry["verbs"] = verbs
            entries.append(entry)
        }
        if kind.hasStatus { add("status", kind.kind, ["get", "patch", "update"]) }
        if kind.resource == .serviceAccounts {
            add("token", "TokenRequest", ["create"], "authentication.k8s.io")
        }
        return entries
    }
}
