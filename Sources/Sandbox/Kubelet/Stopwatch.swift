// SPDX-License-Identifier: Apache-2.0

import Kernel

/// Seconds since it was made, on the clock that never jumps.
struct Stopwatch {
    private let start = Clocks.monotonicNanoseconds

    var seconds: Double { Double(Clocks.monotonicNanoseconds - start) / 1e9 }
}
