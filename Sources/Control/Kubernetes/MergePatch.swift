// SPDX-License-Identifier: Apache-2.0

import JSON

/// Differences of documents as merge patches: null removes a member, an array is replaced whole.
///
/// Source: RFC 7396.
enum MergePatch {
    /// What makes `old` into `new`; nil when they are the same.
    static func difference(from old: JSONValue, to new: JSONValue) -> JSONValue? {
        guard let before = old.members, let after = new.members else {
            return old == new ? nil : new
        }
        var patch = JSONObject()
        for key in before.keys where after[key] == nil { patch[key] = .null }
        for key in after.keys {
            guard let value = after[key] else { continue }
            guard let was = before[key] else {
                patch[key] = value
                continue
            }
            patch[key] = difference(from: was, to: value)
        }
        return patch.members.isEmpty ? nil : .object(patch)
    }

    /// The document that `patch` makes of `target`.
    static func apply(_ patch: JSONValue, to target: JSONValue) -> JSONValue {
        guard let changes = patch.members else { return patch }
        var result = target.members ?? JSONObject()
        for key in changes.keys {
            guard let change = changes[key] else { continue }
            result[key] = change.isNull ? nil : apply(change, to: result[key] ?? .null)
        }
        return .object(result)
    }
}
