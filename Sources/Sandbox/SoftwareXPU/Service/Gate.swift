// SPDX-License-Identifier: Apache-2.0

import Kernel
import Synchronization

/// Whether calls are answered.
final class Gate: Sendable {
    private enum State {
        case open
        case closed(until: Deadline?)
    }

    private static let look = Duration.milliseconds(20)

    private let state = Mutex(State.open)

    /// Whether nothing is answered now.
    var isClosed: Bool {
        state.withLock { state in
            guard case .closed(let end) = state else { return false }
            if let end, end.hasPassed { state = .open }
            if case .open = state { return false }
            return true
        }
    }

    /// Answers nothing for so long, without a time until ``open()``.
    func close(for duration: Duration?) {
        state.withLock { $0 = .closed(until: duration.map(Deadline.after)) }
    }

    func open() {
        state.withLock { $0 = .open }
    }

    /// Returns when calls are answered; whoever waits is bounded by its caller's deadline.
    ///
    /// - Throws: `CancellationError`.
    func passage() async throws {
        while isClosed { try await Task.sleep(for: Self.look) }
    }
}
