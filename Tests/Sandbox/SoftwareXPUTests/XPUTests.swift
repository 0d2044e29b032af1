// SPDX-License-Identifier: Apache-2.0

import Connections
import Foundation
import GRPC
import Kernel
import Logging
import OPI
import RPC
import TestSupport
import Testing

@testable import SoftwareXPU

/// The whole of it on real sockets, without a data path.
@Suite struct XPUTests {
    private let folder: Scratch
    private let settings: XPUSettings
    private let control: XPUControl

    init() throws {
        folder = try Scratch()
        var settings = XPUSettings(listen: .unix(path: folder["opi.sock"]))
        settings.control = folder["control.sock"]
        settings.journal = folder["journal"]
        settings.delay = .zero
        self.settings = settings
        control = XPUControl(socket: folder["control.sock"])
    }

    /// Runs `body` beside a running one.
    private func running(
        _ body: @escaping @Sendable (Channel) async throws -> Void
    ) async throws -> XPUSummary {
        var log = Logger(label: "xpu")
        log.logLevel = .critical
        let xpu = try XPU(settings, log: log)
        let (ready, isReady) = AsyncStream.makeStream(of: Endpoint.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                do {
                    try await xpu.run { isReady.yield($0) }
                } catch is CancellationError {
                    return
                }
            }
            group.addTask {
                let endpoint = try #require(await ready.first { _ in true })
                let channel = Channel(endpoint)
                try await body(channel)
                await channel.close()
            }
            // Whoever ends first, ends the other.
            try await group.next()
            group.cancelAll()
            try await group.waitForAll()
        }
        return xpu.summary
    }

    private static func makeBridge(_ channel: Channel) async throws -> LogicalBridge {
        let request = CreateRequest<LogicalBridge> {
            $0.id = "net-a"
            $0.object = Bench.bridge()
        }
        let deadline = Duration.seconds(5)
        return try await channel.unary(EVPNMethods.bridges.create, request, deadline: deadline)
    }

    private static func bridge(_ channel: Channel) async throws(Status) -> LogicalBridge {
        let request = GetRequest<LogicalBridge> { $0.name = Kind.bridges.prefix + "net-a" }
        let deadline = Duration.seconds(5)
        return try await channel.unary(EVPNMethods.bridges.get, request, deadline: deadline)
    }

    private static func until(_ condition: () async throws -> Bool) async throws {
        let deadline = Deadline.after(.seconds(10))
        while try await !condition() {
            try #require(!deadline.hasPassed)
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    @Test func `an object comes up, and the journal has it`() async throws {
        let summary = try await running { channel in
            let made = try await Self.makeBridge(channel)
            #expect(made.condition.operStatus == .down)
            try await Self.until { try await Self.bridge(channel).condition.operStatus == .up }
        }
        #expect(summary.requests >= 2 && summary.violations.isEmpty)
        let journal = try String(contentsOfFile: folder["journal"], encoding: .utf8)
        #expect(journal.contains(#""event":"up""#))
        #expect(journal.contains(#""method":"CreateLogicalBridge""#))
    }

    @Test func `a reboot forgets everything, and a pause answers nothing`() async throws {
        let control = control
        _ = try await running { channel in
            _ = try await Self.makeBridge(channel)
            #expect(try control.status().objects.count == 2)
            try control.pause(for: .seconds(60))
            #expect(try control.status().state == "paused")
            let silent = await Self.status { () async throws(Status) in
                let request = ListRequest<BridgePort>()
                let patience = Duration.milliseconds(200)
                _ = try await channel.unary(EVPNMethods.ports.list, request, deadline: patience)
            }
            #expect(silent?.code == .deadlineExceeded)
            try control.reboot(away: .milliseconds(300))
            try await Self.until { try control.status().state == "rebooting" }
            let twice = await Self.status { () async throws(Status) in try control.reboot() }
            #expect(twice?.code == .failedPrecondition)
            try await Self.until { try control.status().state == "running" }
            let gone = await Self.status { () async throws(Status) in
                _ = try await Self.bridge(channel)
            }
            #expect(gone?.code == .notFound || gone?.code == .unavailable)
            #expect(try control.status().objects.map(\.name) == [Kind.vrfs.prefix + "GRD"])
        }
    }

    @Test func `faults and traps are set by name`() async throws {
        let control = control
        _ = try await running { channel in
            let broken = await Self.status { () async throws(Status) in
                try control.setFaults("[")
            }
            #expect(broken?.code == .invalidArgument)
            try control.setFaults(#"{"method": "Get.*", "fail": "ABORTED:no"}"#)
            let failed = await Self.status { () async throws(Status) in
                _ = try await Self.bridge(channel)
            }
            #expect(failed == Status(.aborted, "no"))
            try control.setFaults("")
            try control.setTraps([.v6VTEPLost])
            #expect(try control.status().traps == ["v6-vtep-lost"])
            let list = ListRequest<BridgePort>()
            let deadline = Duration.seconds(5)
            let page = try await channel.unary(EVPNMethods.ports.list, list, deadline: deadline)
            #expect(page.objects.isEmpty, "its trap is off")
        }
    }

    private static func status(_ body: () async throws(Status) -> Void) async -> Status? {
        do {
            try await body()
            return nil
        } catch {
            return error
        }
    }
}
