// SPDX-License-Identifier: Apache-2.0

import Bytes
import JSON

/// Which objects of a resource are meant.
struct Selection: Sendable {
    var namespace: String?
    var labels: LabelSelector
    var fields: FieldSelector

    /// Whether nothing but the namespace is asked for.
    var selectsAll: Bool { labels.isEmpty && fields.isEmpty }

    func matches(_ object: JSONValue) -> Bool {
        fields.matches(object) && labels.matches(object)
    }
}

/// Which moment a list shows, and how much of it.
struct ListOptions: Sendable {
    enum Moment: Sendable {
        case latest
        case notOlderThan(UInt64)
        case exactly(UInt64)
    }

    var moment = Moment.latest
    var limit = 0
    var continuation: String?
}

/// A part of a list, as of one version.
struct Page: Sendable {
    var version: UInt64
    var objects: [JSONValue]
    var continuation: String?
    /// How many come after it; nil when that is not known without looking at them.
    var remaining: Int?
}

extension Registry {
    /// The objects of a selection, in the order of their names.
    ///
    /// - Throws: 400 for a bad token, 410 when the moment is forgotten, 504 when it has not come.
    func list(
        _ kind: ResourceKind,
        _ selection: Selection,
        _ options: ListOptions
    ) throws(Refusal) -> Page {
        var start: (version: UInt64, after: ObjectKey)?
        if let token = options.continuation { start = try Self.read(token) }
        let version: UInt64
        if let start { version = start.version } else { version = try moment(of: options) }
        var found: [(ObjectKey, JSONValue)]
        do throws(Refusal) {
            found =
                version == storage.version
                ? storage.objects(of: kind.resource, in: selection.namespace)
                : try storage.objects(of: kind.resource, in: selection.namespace, at: version)
        } catch {
            guard options.continuation != nil else { throw error }
            let words =
                "The provided continue parameter is too old to display a consistent list result. "
                + "You must start a new list without the continue parameter."
            throw Refusal(410, "Expired", words)
        }
        if let start { found.removeAll { $0.0 <= start.after } }
        found.removeAll { !selection.matches($0.1) }
        var page = Page(version: version, objects: [])
        if options.limit > 0, found.count > options.limit {
            let rest = found.count - options.limit
            found.removeLast(rest)
            page.remaining = selection.selectsAll ? rest : nil
            page.continuation = found.last.map { Self.token(version, $0.0) }
        }
        page.objects = found.map { kind.shown($0.1) }
        return page
    }

    private func moment(of options: ListOptions) throws(Refusal) -> UInt64 {
        switch options.moment {
        case .latest: return storage.version
        case .notOlderThan(let wanted):
            guard wanted <= storage.version else {
                throw .tooNew(wanted, current: storage.version)
            }
            return storage.version
        case .exactly(let wanted):
            guard wanted <= storage.version else {
                throw .tooNew(wanted, current: storage.version)
            }
            return wanted
        }
    }

    private static func token(_ version: UInt64, _ last: ObjectKey) -> String {
        Base64.encode(Array("\(version)/\(last.namespace)/\(last.name)".utf8))
    }

    private static func read(
        _ token: String
    ) throws(Refusal) -> (version: UInt64, after: ObjectKey) {
        let text = Base64.decode(token).map { String(decoding: $0, as: UTF8.self) } ?? ""
        let parts = text.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let version = UInt64(parts[0]) else {
            throw .badRequest("continue key is not valid")
        }
        return (version, ObjectKey(namespace: String(parts[1]), name: String(parts[2])))
    }
}
