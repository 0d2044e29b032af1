// SPDX-License-Identifier: Apache-2.0

public import Kubernetes
public import Reconcile
public import Resources

/// What has happened to one object of an informer.
public struct Change<R: Resource>: Sendable {
    /// What it was.
    public enum Kind: String, Hashable, Sendable {
        /// The object is new; one of the same name but another uid was deleted first.
        case added
        /// The object is another version of itself.
        case changed
        /// The object is gone.
        case deleted
    }

    /// What it was.
    public let kind: Kind

    /// Whether the object was there before anybody watched: part of the first list, so less urgent
    /// than what happens now.
    public let isInitial: Bool

    let entry: Entry<R>
    let before: Entry<R>?

    init(_ kind: Kind, _ entry: Entry<R>, before: Entry<R>? = nil, isInitial: Bool = false) {
        self.kind = kind
        self.entry = entry
        self.before = before
        self.isInitial = isInitial
    }

    /// The object as it is; of one that is gone, the last state that was known.
    public var object: R { entry.object }

    /// The object as it was before it changed.
    public var previous: R? { before?.object }

    /// How urgent a pass is that it asks for.
    public var priority: Priority { isInitial ? .background : .change }

    /// Which object.
    public var key: ObjectKey { entry.object.key }
}

/// An object with the size of its document, shared by whoever knows it.
package final class Entry<R: Resource>: Sendable {
    package let object: R
    /// The document's length; 0 when it was not read as one.
    let bytes: Int

    init(_ object: R, bytes: Int = 0) {
        self.object = object
        self.bytes = bytes
    }

    var uid: String { object.metadata.uid }
    var version: String { object.metadata.resourceVersion }
}
