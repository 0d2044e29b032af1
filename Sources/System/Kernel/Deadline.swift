// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A moment on the monotonic clock by which a wait must have ended.
public struct Deadline: Sendable, Hashable {
    /// Nanoseconds since the machine started, not counting sleep.
    private let nanoseconds: Int64

    private init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// This very moment.
    public static var now: Deadline {
        Deadline(nanoseconds: Int64(clamping: Clocks.monotonicNanoseconds))
    }

    /// The moment `duration` from now; one too far away to count becomes the last there is.
    ///
    /// A negative duration is none at all.
    public static func after(_ duration: Duration) -> Deadline {
        let wait = max(0, duration.nanoseconds)
        let (sum, overflow) = now.nanoseconds.addingReportingOverflow(wait)
        return Deadline(nanoseconds: overflow ? .max : sum)
    }

    /// Time left, never below zero.
    public var remaining: Duration {
        .nanoseconds(max(0, nanoseconds - Self.now.nanoseconds))
    }

    /// Whether no time is left.
    public var hasPassed: Bool { Self.now >= self }

    /// Milliseconds left as poll(2) wants them, rounded up so that a wait never ends early.
    var pollTimeout: Int32 {
        let left = max(0, nanoseconds - Self.now.nanoseconds)
        return Int32(clamping: left / 1_000_000 + (left % 1_000_000 == 0 ? 0 : 1))
    }
}

extension Deadline: Comparable {
    /// Whether `left` comes first.
    public static func < (left: Deadline, right: Deadline) -> Bool {
        left.nanoseconds < right.nanoseconds
    }
}

extension Duration {
    /// Whole nanoseconds, clamped to what 64 bits hold (292 years).
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, tooFar) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, over) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
        return tooFar || over ? (seconds < 0 ? .min : .max) : sum
    }
}
