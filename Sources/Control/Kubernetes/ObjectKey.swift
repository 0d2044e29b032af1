// SPDX-License-Identifier: Apache-2.0

package import JSON
public import Resources

/// Names one object of a kind.
public struct ObjectKey: Hashable, Sendable, CustomStringConvertible {
    /// The namespace, empty for objects that live in none.
    public var namespace: String
    /// The name.
    public var name: String

    /// An object.
    public init(namespace: String = "", name: String) {
        self.namespace = namespace
        self.name = name
    }

    /// `namespace/name`, or the name.
    public var description: String { namespace.isEmpty ? name : "\(namespace)/\(name)" }
}

extension ObjectKey {
    /// The key of an object of which nothing else needs to be readable.
    package init?(of object: JSONValue) {
        guard let name = object["metadata"]?["name"]?.string else { return nil }
        self.init(namespace: object["metadata"]?["namespace"]?.string ?? "", name: name)
    }
}

extension Resource {
    /// The object's key.
    public var key: ObjectKey { ObjectKey(namespace: metadata.namespace, name: metadata.name) }
}

/// What must hold for a deletion to happen.
public struct Preconditions: Hashable, Sendable {
    /// The object must be this one, not another of the same name.
    public var uid: String?
    /// The object must not have changed since.
    public var resourceVersion: String?

    /// Conditions.
    public init(uid: String? = nil, resourceVersion: String? = nil) {
        self.uid = uid
        self.resourceVersion = resourceVersion
    }
}

/// Versions of objects of one kind on one server.
public enum ResourceVersion: Sendable {
    /// Whether `left` is newer than `right`, both decimal numbers of any length.
    ///
    /// Versions that are no numbers compare as different, so the newcomer wins.
    ///
    /// Source: KEP-5504.
    public static func isNewer(_ left: String, than right: String) -> Bool {
        guard isNumber(left), isNumber(right) else { return left != right }
        if left.utf8.count != right.utf8.count { return left.utf8.count > right.utf8.count }
        return left > right
    }

    private static func isNumber(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
}
