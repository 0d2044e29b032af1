// SPDX-License-Identifier: Apache-2.0

/// What an API server needs to know of a kind: its group, version and names.
public struct ResourceType: Hashable, Sendable {
    /// The API group; empty for the core group.
    public let group: String

    /// The version within the group, `v1alpha1`.
    public let version: String

    /// The name in paths, `netdevs`.
    public let plural: String

    /// The name in documents, `Netdev`.
    public let kind: String

    /// Whether its objects live in namespaces.
    public let isNamespaced: Bool

    /// The group of opi-xpu's own kinds.
    public static let ownGroup = "xpu.opiproject.org"

    /// A kind of resource.
    public init(
        group: String,
        version: String,
        plural: String,
        kind: String,
        isNamespaced: Bool
    ) {
        self.group = group
        self.version = version
        self.plural = plural
        self.kind = kind
        self.isNamespaced = isNamespaced
    }

    /// One of opi-xpu's own kinds.
    static func own(_ kind: String, plural: String, isNamespaced: Bool) -> ResourceType {
        ResourceType(
            group: ownGroup,
            version: "v1alpha1",
            plural: plural,
            kind: kind,
            isNamespaced: isNamespaced
        )
    }

    /// What documents say: `group/version`, or the version alone for the core group.
    public var apiVersion: String {
        group.isEmpty ? version : "\(group)/\(version)"
    }

    /// The path of one object, or of all of them when `name` is nil.
    ///
    /// The parts are names that the API server has accepted, so nothing is escaped.
    ///
    /// - Parameters:
    ///   - namespace: nil for all namespaces; ignored when the kind has none.
    ///   - name: the object; one in a namespace needs that namespace too.
    ///   - subresource: such as `status`.
    /// - Returns: the path without a query, from its first `/`.
    public func path(
        namespace: String?,
        name: String? = nil,
        subresource: String? = nil
    ) -> String {
        precondition(!isNamespaced || name == nil || namespace != nil, "a name needs a namespace")
        precondition(subresource == nil || name != nil, "a subresource needs a name")
        var path = group.isEmpty ? "/api/\(version)" : "/apis/\(group)/\(version)"
        if isNamespaced, let namespace { path += "/namespaces/\(namespace)" }
        path += "/\(plural)"
        if let name { path += "/\(name)" }
        if let subresource { path += "/\(subresource)" }
        return path
    }
}
