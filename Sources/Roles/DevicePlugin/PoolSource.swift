// SPDX-License-Identifier: Apache-2.0

import Devices
import GRPC
import HostAPI
import JSON
import Kernel
import Logging
import PCI
import Reconcile
import RPC

/// The pools that the host agent names, and while it is away those that it named last.
struct PoolSource: Sendable {
    /// The pools as they are now.
    let pools: Board<[FunctionPool]>

    private let hostAgent: Channel
    private let cache: PoolCache
    private let log: Logger
    private let backoff = Backoff(base: .milliseconds(100), ceiling: .seconds(2))

    init(_ hostAgent: Channel, cache: PoolCache, log: Logger) {
        self.hostAgent = hostAgent
        self.cache = cache
        self.log = log
        pools = Board(cache.load(log))
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
            cache.save(named, log)
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

/// The pools as a file, so that a plugin that starts while the host agent is away advertises them.
struct PoolCache: Sendable {
    private let path: String

    /// The cache in an agent's run directory.
    init(runDirectory: String) {
        path = runDirectory + "/pools.json"
    }

    /// What was saved; nothing when there is nothing that can be used.
    func load(_ log: Logger) -> [FunctionPool] {
        do {
            guard try Files.exists(path) else { return [] }
            let root = JSONNode(try JSONValue(parsing: try Files.read(path, limit: 1 << 22)))
            return try root.required("pools").elements().map(FunctionPool.init(_:))
        } catch {
            log.warning("the saved pools cannot be read: \(error)")
            return []
        }
    }

    /// Saves the pools; a failure costs the next start the time until the host agent answers.
    func save(_ pools: [FunctionPool], _ log: Logger) {
        let value: JSONValue = ["version": 1, "pools": .array(pools.map(\.json))]
        do throws(KernelError) {
            try Files.write(value.encoded(), to: path)
        } catch {
            log.warning("the pools cannot be saved: \(error)")
        }
    }
}

extension FunctionPool {
    fileprivate var json: JSONValue {
        [
            "network": .string(network),
            "resourceName": .string(resourceName),
            "members": .array(members.map { .string($0.description) }),
        ]
    }

    fileprivate init(_ node: JSONNode) throws(JSONShapeError) {
        var members: [PCIAddress] = []
        for member in try node.required("members").elements() {
            members.append(try member.parsed(as: "a PCI address") { PCIAddress($0) })
        }
        self.init(
            network: try node.required("network").text(),
            resourceName: try node.required("resourceName").text(),
            members: members
        )
    }
}
