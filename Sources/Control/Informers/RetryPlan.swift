// SPDX-License-Identifier: Apache-2.0

import Reconcile

/// How soon an informer tries again after a failure: a value without clock.
///
/// A server that was silent and now refuses is starting: the pauses begin anew, and so they do
/// after each watch that it accepted. What a new list cures (410 and the like) costs no pause the
/// first time.
struct RetryPlan: Sendable {
    /// A server that does not answer is asked again this soon at the latest: the client's own
    /// pauses between connections keep it from being stormed.
    private static let longestSilence = Duration.seconds(3)

    private let backoff: Backoff
    private var failures = 0
    /// Watches in a row that were accepted and brought nothing.
    private var fruitless = 0
    private var wasSilent = false

    init(_ backoff: Backoff) {
        self.backoff = backoff
    }

    /// Whether the trouble is more than the usual 410 of a watch that was cut.
    var isTrouble: Bool { failures > 0 || fruitless > 1 }

    /// The server has accepted a watch.
    mutating func accepted() {
        failures = 0
        wasSilent = false
    }

    /// A watch has brought something, or lasted.
    mutating func worked() {
        failures = 0
        fruitless = 0
    }

    /// A watch has ended before it brought anything; `chance` is from 0 to below 1.
    mutating func endedEarly(chance: Double) -> Duration {
        fruitless += 1
        return backoff.delay(failures: fruitless, fraction: chance)
    }

    /// A request or a watch has failed.
    mutating func failed(_ failure: ListWatch.Failure, chance: Double) -> Duration {
        switch failure {
        case .expired, .tooNew, .unsupported:
            fruitless += 1
            return fruitless == 1 ? .zero : backoff.delay(failures: fruitless, fraction: chance)
        case .silent: return pause(isSilent: true, chance)
        case .broken: return pause(isSilent: false, chance)
        case .refused(let retryAfter):
            return max(pause(isSilent: false, chance), retryAfter ?? .zero)
        }
    }

    private mutating func pause(isSilent: Bool, _ chance: Double) -> Duration {
        failures = isSilent == wasSilent ? failures + 1 : 1
        wasSilent = isSilent
        let delay = backoff.delay(failures: failures, fraction: chance)
        return isSilent ? min(delay, Self.longestSilence) : delay
    }
}
