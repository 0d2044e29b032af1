// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import Connections

@Suite(.timeLimit(.minutes(1))) struct LoopExecutorTests {
    /// Says when something was read.
    private final class Ear: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer

        let heard = Atomic(false)
        /// Tasks that run and wait for it.
        let begun = Atomic(0)

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            heard.store(true, ordering: .relaxed)
        }
    }

    /// With SwiftNIO alone this never ends: it looks at sockets when nothing is left to run.
    @Test(arguments: [1, 3, 2000]) func `tasks that never rest do not keep sockets waiting`(
        tasks: Int
    ) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let ear = Ear()
        let server = try await ServerBootstrap(group: group)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ear)
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let address = try #require(server.localAddress)
        let client = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(to: address).get()
        let executor = LoopExecutor(group.next())
        await withDiscardingTaskGroup { busy in
            for _ in 0..<tasks {
                busy.addTask(executorPreference: executor) {
                    ear.begun.add(1, ordering: .relaxed)
                    while !ear.heard.load(ordering: .relaxed), !Task.isCancelled {
                        await Task.yield()
                    }
                }
            }
            while ear.begun.load(ordering: .relaxed) < tasks { await Task.yield() }
            client.writeAndFlush(ByteBuffer(string: "hear me"), promise: nil)
        }
        let heard = ear.heard.load(ordering: .relaxed)
        #expect(heard)
        try await client.close()
        try await server.close()
        try await group.shutdownGracefully()
    }
}
