// SPDX-License-Identifier: Apache-2.0

import UnixSignals

/// Runs `body`, which SIGINT, SIGTERM or SIGHUP cancels.
///
/// What it leaves then is for the caller, who is not cancelled, to clear up.
///
/// - Throws: what the body throws, `CancellationError` as a rule when it was interrupted.
public func interruptible<Value: Sendable>(
    _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup)
    return try await withThrowingTaskGroup(of: Value?.self) { group in
        group.addTask { try await body() }
        group.addTask {
            for await _ in signals { return nil }
            throw CancellationError()
        }
        while let value = try await group.next() {
            group.cancelAll()
            if let value { return value }
        }
        throw CancellationError()
    }
}
