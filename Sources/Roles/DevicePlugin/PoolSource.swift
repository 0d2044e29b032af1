// SPDX-License-Identifier: Apache-2.0

import Devices
import GRPC
import HostAPI
import Logging
import PCI
import Reconcile
import RPC

/// The pools that the host agent names, and while it is away those that it named last.
struct PoolSource: Sendable {
    /// The pools as they are now.
    let pools: Board<[FunctionPool]>

    private let hostAgent: Channel
    private let saved: SavedPools
    private let log: Logger
    private let backoff = Backoff(base: .milliseconds(100), ceiling: .seconds(2))

    init(_ hostAgent: Channel, saved: SavedPools, log: Logger) {
        self.hostAgent = hostAgent
        self.saved = saved
        self.log = log
        pools = Board(Self.load(saved, log))
    }

    /// Follows the host agent until the task is cancelled.
    func run() async {
        var failures = 0
        var told = ""
        while !Task.isCancelled {
            do throws(Status) {
                try await follow {
                    failures = 0
                    told = ""
                }
                failures += 1
            } catch {
                failures += 1
                let sentence = "\(error)"
                if sentence != told, !Task.isCancelled {
                    log.warning("host agent", metadata: ["error": "\(sentence)"])
                }
                told = sentence
            }
            do {
                let fraction = Double.random(in: 0..<1)
                try await Task.sleep(for: backoff.delay(failures: failures, fraction: fraction))
            } catch {
                return  // cancelled
            }
        }
    }

    private func follow(_ onAnswer: () -> Void) async throws(Status) {
        let answers = try await hostAgent.serverStreaming(
            HostAgentMethods.followPools,
            FollowPoolsRequest()
        )
        var iterator = answers.makeAsyncIterator()
        while let answer = try await iterator.next() {
            onAnswer()
            let named = answer.pools.map(FunctionPool.init)
            guard pools.post(named) else { continue }
            log.notice("pools", metadata: ["resources": "\(named.map(\.resourceName))"])
            save(named)
        }
    }

    private static func load(_ saved: SavedPools, _ log: Logger) -> [FunctionPool] {
        do throws(SavedPoolsError) {
            return try saved.load()
        } catch {
            log.warning("\(error)")
            return []
        }
    }

    /// A failure costs the next start the time until the host agent answers.
    private func save(_ pools: [FunctionPool]) {
        do throws(SavedPoolsError) {
            try saved.save(pools)
        } catch {
            log.warning("\(error)")
        }
    }
}

extension FunctionPool {
    /// A pool as the host agent names it; what is no PCI address is left out.
    fileprivate init(_ pool: Pool) {
        self.init(
            network: pool.network,
            resourceName: pool.resourceName,
            members: pool.deviceIDs.compactMap { PCIAddress($0) }
        )
    }
}
