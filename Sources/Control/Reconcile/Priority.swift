// SPDX-License-Identifier: Apache-2.0

/// Which of two keys gets its pass first when both could have it.
///
/// ``background`` is never starved: of eight passes it gets one, if it wants one.
public enum Priority: Int, Hashable, Sendable, CaseIterable {
    /// Nobody waits for it: the first list of an informer, and looking again after a while.
    case background
    /// Something has changed, or somebody asked.
    case change
}

extension Priority: Comparable {
    /// The order of importance.
    public static func < (left: Priority, right: Priority) -> Bool {
        left.rawValue < right.rawValue
    }
}
