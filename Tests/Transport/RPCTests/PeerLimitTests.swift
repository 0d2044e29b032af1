// SPDX-License-Identifier: Apache-2.0

import Connections
import GRPC
import NIOCore
import NIOPosix
import TestSupport
import Testing

@testable import RPC

/// How many connections one peer may have.
@Suite struct PeerLimitTests {
    private func failure(_ channel: RPC.Channel) async -> Status? {
        await status {
            _ = try await channel.unary(Echo.repeat, Note("x"), deadline: .seconds(20))
        }
    }

    @Test(.timeLimit(.minutes(1)), arguments: [Kind.unix, .tcp])
    func `connections of one peer above its limit are closed`(kind: Kind) async throws {
        var options = ServerOptions()
        options.listen.connectionsPerPeer = 2
        try await withServer(kind, options: options) { endpoint in
            let channels = (0..<3).map { _ in RPC.Channel(endpoint) }
            try await expectEcho(of: Note("1"), over: channels[0])
            try await expectEcho(of: Note("2"), over: channels[1])
            #expect(await failure(channels[2])?.code == .unavailable)
            await channels[0].close()
            // The server learns of the end when it comes to it.
            var answer = await failure(channels[2])
            while answer?.code == .unavailable {
                await Task.yield()
                answer = await failure(channels[2])
            }
            #expect(answer == nil)
            for channel in channels { await channel.close() }
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a peer that has all it may have leaves room for others`() async throws {
        var options = ServerOptions()
        options.listen.connectionsPerPeer = 1
        try await withServer(.tcp, options: options) { endpoint in
            guard case .tcp(_, let port) = endpoint else { return }
            let (first, second) = (RPC.Channel(endpoint), RPC.Channel(endpoint))
            try await expectEcho(of: Note("first"), over: first)
            #expect(await failure(second)?.code == .unavailable)
            #expect(try await isGreeted(from: "127.0.0.1", to: port) == false)
            #expect(try await isGreeted(from: "127.0.0.2", to: port))
            for channel in [first, second] { await channel.close() }
        }
    }

    /// Whether the server speaks to a client with this address, or hangs up.
    private func isGreeted(from address: String, to port: UInt16) async throws -> Bool {
        let group = MultiThreadedEventLoopGroup.singleton
        let greeted = group.next().makePromise(of: Bool.self)
        let client = try await ClientBootstrap(group: group)
            .bind(to: SocketAddress(ipAddress: address, port: 0))
            .channelInitializer { $0.pipeline.addHandler(Greeted(greeted)) }
            .connect(host: "127.0.0.1", port: Int(port)).get()
        let isGreeted = try await greeted.futureResult.get()
        client.close(promise: nil)
        return isGreeted
    }
}

/// Waits for the first word of the server, or the end.
private final class Greeted: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer

    private let promise: EventLoopPromise<Bool>

    init(_ promise: EventLoopPromise<Bool>) {
        self.promise = promise
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        promise.succeed(true)
    }

    func channelInactive(context: ChannelHandlerContext) {
        promise.succeed(false)
    }
}
