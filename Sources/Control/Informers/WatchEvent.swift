// SPDX-License-Identifier: Apache-2.0

import Bytes
import JSON
package import Kubernetes
package import Resources

/// What a watch tells.
package enum WatchEvent<R: Resource>: Sendable {
    /// The object is new or has changed.
    case changed(Entry<R>)
    /// The object is gone.
    case deleted(ObjectKey, uid: String, version: String)
    /// Nothing happened up to this version; it may be the end of a streaming list.
    case bookmark(version: String, endsInitialEvents: Bool)
    /// The object cannot be read: the sentence says why.
    case unreadable(String, ObjectKey?, version: String)

    /// The version from which a watch goes on after this event.
    package var version: String {
        switch self {
        case .changed(let entry): entry.version
        case .deleted(_, _, let version), .bookmark(let version, _): version
        case .unreadable(_, _, let version): version
        }
    }
}

/// What may be said in the place of an event.
package enum WatchLine<R: Resource>: Sendable {
    case event(WatchEvent<R>)
    /// An `ERROR`, which carries a `Status` and never an object.
    case refusal(APIError)
}

extension WatchLine {
    /// The annotation of the bookmark that ends a streaming list (KEP-3157).
    private static var initialEventsEnd: String { "k8s.io/initial-events-end" }

    /// Depth and size of an event.
    private static var limits: JSONLimits { JSONLimits(depth: 100, bytes: LineSplitter.longest) }

    /// The words that begin an event, and what is read of its object.
    private enum Kind: String {
        case added = "ADDED"
        case modified = "MODIFIED"
        case deleted = "DELETED"
        case bookmark = "BOOKMARK"
        case error = "ERROR"

        var projection: JSONProjection {
            switch self {
            case .added, .modified: R.projection
            case .deleted, .bookmark: .identity
            case .error: .everything
            }
        }
    }

    /// Reads one line.
    ///
    /// - Throws: ``BrokenLine`` when it is no event.
    package init(_ line: Span<UInt8>) throws(BrokenLine) {
        var kind: Kind?
        var object: JSONValue?
        do throws(JSONError) {
            var reader = JSONReader(line, limits: Self.limits)
            var raw: [UInt8]?
            try reader.beginObject()
            while let key = try reader.nextKey() {
                switch key {
                case "type": kind = Kind(rawValue: try reader.string())
                case "object":
                    if let kind {
                        object = try reader.value(kind.projection)
                    } else {
                        raw = [UInt8](copying: try reader.raw())
                    }
                default: continue
                }
            }
            try reader.end()
            // Servers write the type first; others may not.
            if let raw, let kind {
                var inner = JSONReader(raw.span, limits: Self.limits)
                object = try inner.value(kind.projection)
            }
        } catch {
            throw BrokenLine(reason: "\(error)")
        }
        guard let kind, let object else { throw BrokenLine(reason: "type or object is missing") }
        self = try Self.line(kind, object, bytes: line.count)
    }

    private static func line(
        _ kind: Kind,
        _ object: JSONValue,
        bytes: Int
    ) throws(BrokenLine) -> WatchLine {
        let metadata = object["metadata"]
        let version = metadata?["resourceVersion"]?.string ?? ""
        switch kind {
        case .error:
            guard let refusal = APIError(status: object) else {
                throw BrokenLine(reason: "an ERROR without a Status")
            }
            return .refusal(refusal)
        case .bookmark:
            let mark = metadata?["annotations"]?[initialEventsEnd]?.string
            return .event(.bookmark(version: version, endsInitialEvents: mark == "true"))
        case .deleted:
            guard let key = ObjectKey(of: object) else {
                throw BrokenLine(reason: "an object without a name")
            }
            let uid = metadata?["uid"]?.string ?? ""
            return .event(.deleted(key, uid: uid, version: version))
        case .added, .modified:
            switch ListItem<R>(object, bytes: bytes, place: "watch of \(R.type.plural)") {
            case .object(let object, let bytes):
                return .event(.changed(Entry(object, bytes: bytes)))
            case .unreadable(let sentence, let key):
                return .event(.unreadable(sentence, key, version: version))
            }
        }
    }
}

extension JSONProjection {
    /// Which object it is, or was.
    fileprivate static let identity = JSONProjection.only([
        "metadata": .only([
            "name": .everything, "namespace": .everything, "uid": .everything,
            "resourceVersion": .everything, "annotations": .everything,
        ])
    ])
}

/// A line that is no event of a watch.
package struct BrokenLine: Error, Hashable {
    let reason: String
}
