// SPDX-License-Identifier: Apache-2.0

/// Counts what a peer makes us do for nothing (RFC 9113 § 10.5).
///
/// There is no clock here, so the counts are relative: to frames that moved something, and to
/// streams that ended well.
struct FloodGuard {
    private let idleLimit: Int
    private let resetLimit: Int
    private var idleFrames = 0
    private var resets = 0

    /// While true, nothing is taken for progress.
    var isWary = false

    init(_ limits: ConnectionLimits) {
        idleLimit = limits.idleFrames
        resetLimit = limits.resets
    }

    /// A frame came that moved nothing.
    mutating func idleFrame() throws(Violation) {
        idleFrames += 1
        guard idleFrames <= idleLimit else {
            throw .connection(.enhanceYourCalm, "too many frames that move nothing")
        }
    }

    /// Headers or a fair amount of data moved, in either direction.
    mutating func progress() {
        if !isWary { idleFrames = 0 }
    }

    /// The peer reset a stream, or made us reset it.
    mutating func reset() throws(Violation) {
        resets += 1
        guard resets <= resetLimit else {
            throw .connection(.enhanceYourCalm, "too many streams reset")
        }
    }

    /// A stream ended as it should.
    mutating func finished() {
        resets = max(resets - 1, 0)
    }

    /// Time has passed: start again.
    mutating func forgive() {
        idleFrames = 0
        resets = 0
    }
}
