// SPDX-License-Identifier: Apache-2.0

import Connections
import GRPC
import NIOPosix
import Synchronization
import Testing

@testable import RPC

/// Which thread runs what.
@Suite struct PlaceTests {
    private static let place = Method<Note, Note>("opi.test.Place", "Where")

    /// A service whose method tells whether it is on an event loop, before and after it waited.
    private static func services() -> Services {
        var services = Services()
        services.handle(place) { _, _ in
            let before = MultiThreadedEventLoopGroup.currentEventLoop != nil
            await Task.yield()
            let after = MultiThreadedEventLoopGroup.currentEventLoop != nil
            return Note("\(before) \(after)")
        }
        return services
    }

    @Test(.timeLimit(.minutes(1)), arguments: [false, true])
    func `methods leave the event loops when they may block`(block: Bool) async throws {
        var options = ServerOptions()
        options.methodsBlock = block
        try await withServer(.unix, Self.services(), options: options) { endpoint in
            let channel = RPC.Channel(endpoint)
            let answer = try await channel.unary(Self.place, Note(), deadline: .seconds(20))
            #expect(answer.text == "\(!block) \(!block)")
            await channel.close()
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a caller may live on its connection's event loop`() async throws {
        try await withEcho { channel in
            let places = await withTaskExecutorPreference(channel.executor) {
                let before = MultiThreadedEventLoopGroup.currentEventLoop != nil
                let status = await status { try await expectEcho(of: Note("x"), over: channel) }
                #expect(status == nil)
                return [before, MultiThreadedEventLoopGroup.currentEventLoop != nil]
            }
            #expect(places == [true, true])
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `the calls of every event loop are served`() async throws {
        try await withServer(.unix, Self.services()) { endpoint in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<16 {
                    group.addTask {
                        let channel = RPC.Channel(endpoint)
                        let note = Note()
                        _ = try await channel.unary(Self.place, note, deadline: .seconds(20))
                        await channel.close()
                    }
                }
                try await group.waitForAll()
            }
        }
    }
}
