// SPDX-License-Identifier: Apache-2.0

/// The parts of a path below `/api` or `/apis` that leads to resources, whether they exist or not.
struct RequestPath: Sendable {
    var group = ""
    var version = ""
    /// Nil for all namespaces and for what has none.
    var namespace: String?
    var plural = ""
    /// Empty for the collection.
    var name = ""
    var subresource: String?

    /// Reads a path, nil when it leads to something else.
    init?(_ parts: [String]) {
        var rest = parts[...]
        switch rest.popFirst() {
        case "api":
            guard let its = rest.popFirst() else { return nil }
            version = its
        case "apis":
            guard let its = rest.popFirst(), let which = rest.popFirst() else { return nil }
            (group, version) = (its, which)
        default: return nil
        }
        let isOfNamespace =
            group.isEmpty && rest.count == 3 && ["status", "finalize"].contains(rest.last ?? "")
        if rest.first == "namespaces", rest.count > 2, !isOfNamespace {
            namespace = rest.dropFirst().first
            rest = rest.dropFirst(2)
        }
        guard let its = rest.popFirst() else { return nil }
        plural = its
        name = rest.popFirst() ?? ""
        subresource = rest.popFirst()
        guard rest.isEmpty else { return nil }
    }

    /// What a request for it does, in the words of roles.
    func action(_ verb: String) -> Action {
        Action(
            verb: verb,
            group: group,
            resource: plural,
            subresource: subresource ?? "",
            namespace: namespace ?? "",
            name: name
        )
    }
}

/// What a path names, when there is such a kind.
struct RequestTarget: Sendable {
    let place: RequestPath
    let kind: ResourceKind

    var namespace: String? { place.namespace }
    var name: String { place.name }
    var subresource: String? { place.subresource }

    /// What the path names, nil when there is no such kind.
    init?(_ place: RequestPath, in registry: borrowing Registry) {
        guard
            let kind = registry.kind(
                group: place.group,
                version: place.version,
                plural: place.plural
            ), place.namespace == nil || kind.isNamespaced,
            place.name.isEmpty || !kind.isNamespaced || place.namespace != nil
        else { return nil }
        self.place = place
        self.kind = kind
    }

    /// Whether the subresource is one that this kind has.
    var isServed: Bool {
        switch subresource {
        case nil: true
        case "status": kind.hasStatus
        case "token": kind.resource == .serviceAccounts
        default: false
        }
    }
}
