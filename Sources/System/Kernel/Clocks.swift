// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The kernel's clocks.
public enum Clocks: Sendable {
    /// Nanoseconds on the clock that never jumps; only differences mean something.
    public static var monotonicNanoseconds: UInt64 { nanoseconds(of: CLOCK_MONOTONIC) }

    /// Nanoseconds since 1970-01-01 UTC; an administrator may set it back.
    public static var realtimeNanoseconds: UInt64 { nanoseconds(of: CLOCK_REALTIME) }

    /// Blocks this thread for `duration`; only for threads that no task runs on.
    public static func sleep(for duration: Duration) {
        let total = max(0, duration.nanoseconds)
        var wanted = timespec(
            tv_sec: Int(total / 1_000_000_000),
            tv_nsec: Int(total % 1_000_000_000)
        )
        var left = timespec()
        // After an interruption the second structure holds what is still to be slept.
        while unsafe nanosleep(&wanted, &left) != 0, Errno.last == .interrupted {
            wanted = left
        }
    }

    private static func nanoseconds(of clock: clockid_t) -> UInt64 {
        var time = timespec()
        // Cannot fail for these clocks, and the structure outlives the call.
        _ = unsafe clock_gettime(clock, &time)
        return UInt64(clamping: time.tv_sec) * 1_000_000_000 + UInt64(clamping: time.tv_nsec)
    }
}
