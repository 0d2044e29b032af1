// SPDX-License-Identifier: Apache-2.0

public import Resources

/// Which objects of a kind are meant.
public struct ListScope: Hashable, Sendable {
    /// The namespace, nil for all.
    public var namespace: String?
    /// Labels that the objects must have.
    public var labels: [String: String]
    /// What must hold for their labels besides.
    public var requirements: [LabelRequirement]
    /// The only name, nil for any.
    public var name: String?

    /// Objects of a namespace, with certain labels, or of a certain name.
    public init(
        namespace: String? = nil,
        labels: [String: String] = [:],
        where requirements: [LabelRequirement] = [],
        name: String? = nil
    ) {
        self.namespace = namespace
        self.labels = labels
        self.requirements = requirements
        self.name = name
    }

    /// The scope as parts of a query.
    package var query: [(String, String)] {
        var query: [(String, String)] = []
        var terms = labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        terms += requirements.map(\.description)
        if !terms.isEmpty { query.append(("labelSelector", terms.joined(separator: ","))) }
        if let name { query.append(("fieldSelector", "metadata.name=\(name)")) }
        return query
    }

    /// Whether an object is one of them.
    public func contains(_ metadata: ObjectMeta) -> Bool {
        if let namespace, metadata.namespace != namespace { return false }
        if let name, metadata.name != name { return false }
        for (key, value) in labels where metadata.labels[key] != value { return false }
        return requirements.allSatisfy { $0.holds(for: metadata.labels) }
    }
}

/// Something that must hold for an object's labels, beyond one label's having one value.
///
/// Source: Kubernetes, labels and selectors, set-based requirements.
public enum LabelRequirement: Hashable, Sendable {
    /// The label has one of these values.
    case isIn(_ key: String, [String])
    /// The label is absent or has none of these values.
    case isNotIn(_ key: String, [String])
    /// The label is there.
    case exists(_ key: String)
    /// The label is absent.
    case isAbsent(_ key: String)

    func holds(for labels: [String: String]) -> Bool {
        switch self {
        case .isIn(let key, let values): labels[key].map(values.contains) ?? false
        case .isNotIn(let key, let values): labels[key].map { !values.contains($0) } ?? true
        case .exists(let key): labels[key] != nil
        case .isAbsent(let key): labels[key] == nil
        }
    }
}

extension LabelRequirement: CustomStringConvertible {
    /// As a selector has it, `key in (a,b)`.
    public var description: String {
        switch self {
        case .isIn(let key, let values): "\(key) in (\(values.joined(separator: ",")))"
        case .isNotIn(let key, let values): "\(key) notin (\(values.joined(separator: ",")))"
        case .exists(let key): key
        case .isAbsent(let key): "!\(key)"
        }
    }
}
