// SPDX-License-Identifier: Apache-2.0

/// Values by key, of which those in use are kept and the others forgotten.
///
/// There are at most twice as many as ``limit``: a full generation becomes the old one, and what is
/// used of the old one moves to the new.
struct RecentValues<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private var young: [Key: Value] = [:]
    private var old: [Key: Value] = [:]

    static var limit: Int { 1024 }

    var count: Int { young.count + old.count }

    subscript(key: Key) -> Value? {
        get { young[key] ?? old[key] }
        set {
            if young.count >= Self.limit, young[key] == nil {
                old = young
                young = [:]
            }
            old[key] = nil
            young[key] = newValue
        }
    }
}
