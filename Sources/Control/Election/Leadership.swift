// SPDX-License-Identifier: Apache-2.0

import Reconcile
import Synchronization

/// One term of one leader, as those see it who work for it.
///
/// Whoever writes asks ``fence()`` right before. The answer is by our own clock, which also runs
/// while the process is stopped or the computer sleeps (`CLOCK_BOOTTIME`), so a leader that was
/// frozen knows it before its next write. That alone is no guarantee: between the answer and the
/// server anything may take its time. The guarantee is the server's, see ``FencedWriter``.
public final class Leadership: Sendable {
    /// What is known of the term.
    struct Standing: Hashable, Sendable {
        var fence: Fence
        var deadline: ContinuousClock.Instant
        var isOver = false
    }

    private struct Wishes {
        /// The number that somebody needs.
        var number = 0
        /// Leases of the same name that are known to be no more.
        var retired: Set<String> = []
    }

    private let board: Board<Standing>
    private let wishes = Mutex(Wishes())
    private let wake = Signal()

    package init(_ term: Candidacy.Term) {
        board = Board(Standing(fence: term.fence, deadline: term.deadline))
    }

    /// What a write carries now.
    ///
    /// - Throws: ``FencedError/notLeading``.
    public func fence() throws(FencedError) -> Fence {
        let standing = board.value
        guard isValid else { throw .notLeading }
        return standing.fence
    }

    /// Whether a Lease, by its uid, is known to be one that was deleted before ours was made.
    package func isRetired(_ lease: String) -> Bool {
        wishes.withLock { $0.retired.contains(lease) }
    }

    /// Whether the term is not over, as far as is known.
    package var isValid: Bool {
        let standing = board.value
        return !standing.isOver && ContinuousClock.now < standing.deadline
    }

    /// Makes the number of this term larger than another one.
    ///
    /// The server accepts that only while our Lease exists and is ours, so afterwards it is certain
    /// that the other one's term is over.
    ///
    /// - Returns: false when that is not so, or no number is larger.
    /// - Throws: ``FencedError/notLeading`` when the term is over before.
    package func outrank(_ other: Fence) async throws(FencedError) -> Bool {
        let wanted = max(try fence().number, other.number) + 1
        guard wanted <= Fence.largest else { return false }
        wishes.withLock { $0.number = max($0.number, wanted) }
        wake.fire()
        await board.wait { $0.isOver || $0.fence.number >= wanted }
        let standing = board.value
        guard isValid, standing.fence.number >= wanted else { return false }
        if other.lease != standing.fence.lease {
            wishes.withLock { _ = $0.retired.insert(other.lease) }
        }
        return true
    }

    // MARK: - The candidate's side

    /// The smallest number that the next renewal may have.
    package var wantedNumber: Int { wishes.withLock { $0.number } }

    package func extend(_ term: Candidacy.Term) {
        guard !board.value.isOver else { return }
        board.post(Standing(fence: term.fence, deadline: term.deadline))
    }

    package func end() {
        var standing = board.value
        standing.isOver = true
        board.post(standing)
    }

    /// Returns after `pause`, or earlier when a renewal is wanted or the task is cancelled.
    func waitForRenewal(_ pause: Duration) async { await wake.wait(timeout: pause) }

    /// Returns when the term is over by the clock, or the task is cancelled.
    package func waitForDeadline() async {
        while !Task.isCancelled {
            let deadline = board.value.deadline
            guard ContinuousClock.now < deadline else { return }
            do {
                try await Task.sleep(until: deadline, clock: .continuous)
            } catch {
                return
            }
        }
    }
}
