// SPDX-License-Identifier: Apache-2.0

import JSON

/// JSON merge patch.
///
/// Source: RFC 7386.
enum MergePatch {
    /// The target after the patch: null removes, objects merge, anything else replaces.
    static func apply(_ patch: JSONValue, to target: JSONValue) -> JSONValue {
        guard case .object(let changes) = patch else { return patch }
        var result = target.members ?? JSONObject()
        for change in changes.members {
            if change.value.isNull {
                result[change.key] = nil
            } else {
                result[change.key] = apply(change.value, to: result[change.key] ?? .null)
            }
        }
        return .object(result)
    }

    /// Whether a strategic merge patch means the same as a merge patch: it has no lists, whose
    /// elements it would merge by keys that only the type knows, and no directives.
    static func isPlain(_ patch: JSONValue) -> Bool {
        switch patch {
        case .object(let object):
            object.members.allSatisfy { !$0.key.hasPrefix("$") && isPlain($0.value) }
        case .array: false
        default: true
        }
    }
}
