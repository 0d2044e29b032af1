// SPDX-License-Identifier: Apache-2.0

import Connections
import Devices
import GRPC
import HostAPI
import Logging
import PCI
import RPC
import Reconcile
import TestSupport
import Testing

@testable import DevicePlugin

/// The pools that a host agent names, over a real socket.
@Suite(.timeLimit(.minutes(1))) struct PoolSourceTests {
    private let scratch: Scratch
    private let named = Board<[String]>(["blue"])
    private let log: Logger

    init() throws {
        scratch = try Scratch()
        var log = Logger(label: "test")
        log.logLevel = .critical
        self.log = log
    }

    private var socket: String { scratch["host-agent.sock"] }

    private func makeSource(_ channel: Channel) -> PoolSource {
        PoolSource(channel, saved: SavedPools(runDirectory: scratch.path), log: log)
    }

    private var services: Services {
        let named = named
        var services = Services()
        services.stream(HostAgentMethods.followPools) { _, writer, _ async throws(Status) in
            try await named.follow { networks async throws(Status) in
                var pools = Pools()
                pools.pools = networks.map { network in
                    var pool = Pool()
                    pool.network = network
                    pool.resourceName = "opi.example.com/\(network)"
                    pool.deviceIDs = ["0000:3b:00.2", "no address"]
                    return pool
                }
                try await writer.send(pools)
            }
        }
        return services
    }

    /// Runs `body` while a host agent serves.
    private func serving(_ body: @Sendable () async throws -> Void) async throws {
        let server = try await Server.bind(.unix(path: socket), services)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await server.run() }
            try await body()
            group.cancelAll()
        }
    }

    private func networks(_ source: PoolSource) -> [String] {
        source.pools.value.map(\.network)
    }

    @Test func `follows the host agent, also a new one, and remembers the last`() async throws {
        let channel = Channel(.unix(path: socket))
        let source = makeSource(channel)
        #expect(networks(source) == [])
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await source.run() }
            try await serving {
                await source.pools.wait { $0.map(\.network) == ["blue"] }
                #expect(source.pools.value.first?.members.map(\.description) == ["0000:3b:00.2"])
                named.post(["blue", "green"])
                await source.pools.wait { $0.map(\.network) == ["blue", "green"] }
            }
            #expect(networks(source) == ["blue", "green"], "a host agent that is away")
            named.post(["green"])
            try await serving {
                await source.pools.wait { $0.map(\.network) == ["green"] }
            }
            group.cancelAll()
        }
        #expect(networks(makeSource(channel)) == ["green"], "a plugin that starts again")
        await channel.close()
    }
}
