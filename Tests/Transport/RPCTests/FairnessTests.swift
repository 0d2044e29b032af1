// SPDX-License-Identifier: Apache-2.0

import Connections
import GRPC
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import RPC

/// A method that always has more to send, on the event loop of its connection.
@Suite(.timeLimit(.minutes(10))) struct FairnessTests {
    /// Looks from the event loop how far the method is, whenever it is the loop's turn.
    private final class Observer: Sendable {
        private let log: Echo.Log
        private let end: Int
        private let seen = Mutex((last: 0, longest: 0, looks: 0))

        init(_ log: Echo.Log, until end: Int) {
            self.log = log
            self.end = end
        }

        /// The most messages that were sent in one turn.
        var longest: Int { seen.withLock { $0.longest } }

        var looks: Int { seen.withLock { $0.looks } }

        /// Looks again right after what is queued now; when nothing was sent meanwhile, only in a
        /// while, because a loop that is never idle does not look at its sockets.
        func look(on loop: any EventLoop, rightAfter isNext: Bool = false) {
            let sent = log.sent.withLock { $0 }
            let hasMoved = seen.withLock { seen in
                if isNext { seen.longest = max(seen.longest, sent - seen.last) }
                defer { seen.last = sent }
                seen.looks += 1
                return sent > seen.last
            }
            guard sent < end else { return }
            if hasMoved {
                loop.execute { self.look(on: loop, rightAfter: true) }
            } else {
                loop.scheduleTask(in: .milliseconds(1)) { self.look(on: loop) }
            }
        }
    }

    @Test func `a method with much to say does not say it all in one turn`() async throws {
        let log = Echo.Log()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let server = try await Server.bind(
            Kind.unix.endpoint(),
            Echo.services(log),
            group: group
        )
        await withDiscardingTaskGroup { tasks in
            tasks.addTask { await server.run() }
            let channel = Channel(server.endpoint)
            // A little less than the window holds.
            let count = 50_000
            let observer = Observer(log, until: count)
            do {
                let stream = try await channel.serverStreaming(
                    Echo.count,
                    Note(number: UInt64(count))
                )
                var iterator = stream.makeAsyncIterator()
                while log.sent.withLock({ $0 }) == 0 { await Task.yield() }
                let loop = group.next()
                loop.execute { observer.look(on: loop) }
                var answers = 0
                while try await iterator.next() != nil { answers += 1 }
                #expect(answers == count)
            } catch {
                Issue.record(error)
            }
            #expect(observer.longest <= 64)
            #expect(observer.looks > 10)
            await channel.close()
            server.shutDown()
        }
        try await group.shutdownGracefully()
    }
}
