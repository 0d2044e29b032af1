// SPDX-License-Identifier: Apache-2.0

import Reconcile
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct BoardTests {
    private struct Gone: Error, Equatable {}

    /// What one follower was sent.
    private final class Inbox: Sendable {
        private let numbers = Mutex<[Int]>([])

        var all: [Int] { numbers.withLock { $0 } }
        var last: Int? { all.last }

        func take(_ number: Int) {
            numbers.withLock { $0.append(number) }
        }

        func waitFor(_ number: Int) async {
            while last != number { await Task.yield() }
        }
    }

    @Test func `only a different state is a change`() {
        let board = Board(0)
        #expect(!board.post(0))
        #expect(board.post(1))
        #expect(!board.post(1))
        #expect(board.value == 1)
    }

    @Test func `a follower gets the state at once and every later one`() async {
        let board = Board(0)
        let inbox = Inbox()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await board.follow { number in inbox.take(number) } }
            for number in 0...3 {
                _ = board.post(number)
                await inbox.waitFor(number)
            }
            group.cancelAll()
        }
        #expect(inbox.all.sorted() == inbox.all)
        #expect(Set(inbox.all) == [0, 1, 2, 3])
    }

    @Test func `a slow follower misses states, never the newest`() async {
        let board = Board(0)
        let inbox = Inbox()
        let (gate, opener) = AsyncStream.makeStream(of: Void.self)
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await board.follow { number in
                    inbox.take(number)
                    for await _ in gate {}
                }
            }
            await inbox.waitFor(0)
            for number in 1...1000 { _ = board.post(number) }
            opener.finish()
            await inbox.waitFor(1000)
            group.cancelAll()
        }
        #expect(inbox.all == [0, 1000])
    }

    @Test func `several followers get the same`() async {
        let board = Board(0)
        let inboxes = (0..<8).map { _ in Inbox() }
        await withTaskGroup(of: Void.self) { group in
            for inbox in inboxes {
                group.addTask { await board.follow { number in inbox.take(number) } }
            }
            for number in 1...50 {
                _ = board.post(number)
                await Task.yield()
            }
            for inbox in inboxes { await inbox.waitFor(50) }
            group.cancelAll()
        }
        for inbox in inboxes { #expect(inbox.all.sorted() == inbox.all) }
    }

    @Test func `a follower that cannot be sent to ends with its error`() async {
        let board = Board(0)
        await #expect(throws: Gone()) {
            try await board.follow { _ throws(Gone) in throw Gone() }
        }
        #expect(board.post(1))
    }

    @Test func `a follower whose task is over already ends`() async {
        let board = Board(0)
        let inbox = Inbox()
        await withTaskGroup(of: Void.self) { group in
            group.cancelAll()
            group.addTask { await board.follow { number in inbox.take(number) } }
        }
        #expect(inbox.all == [0])
    }
}
