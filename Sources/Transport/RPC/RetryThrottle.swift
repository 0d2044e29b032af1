// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// When a channel stops making calls again because too many fail.
///
/// A bucket of tokens: a failure takes one out, a success puts `ratio` back in. While no more than
/// half of them are there, no call is made again.
///
/// Source: gRFC A6, "Throttling Retry Attempts and Hedged RPCs".
public struct RetryThrottling: Hashable, Sendable {
    /// Tokens of a full bucket, 1 to 1000.
    public var tokens: Int
    /// Tokens for a success, above 0, in thousandths.
    public var thousandths: Int

    /// Throttles after half as many failures as there are `tokens`.
    public init(tokens: Int, thousandths: Int) {
        precondition((1...1000).contains(tokens) && thousandths > 0)
        self.tokens = tokens
        self.thousandths = thousandths
    }
}

/// The bucket of one channel; counts thousandths of tokens.
final class RetryThrottle: Sendable {
    private let limits: RetryThrottling
    private let left: Mutex<Int>

    init(_ limits: RetryThrottling) {
        self.limits = limits
        left = Mutex(limits.tokens * 1000)
    }

    /// Counts a failure; whether the call may be made again.
    func failed() -> Bool {
        left.withLock { left in
            left = max(0, left - 1000)
            return left > limits.tokens * 500
        }
    }

    /// Counts a call that ended well.
    func succeeded() {
        left.withLock { $0 = min(limits.tokens * 1000, $0 + limits.thousandths) }
    }
}
