// SPDX-License-Identifier: Apache-2.0

import Addressing
import GRPC
import Resources
import Testing
import XPUAgent

@Suite struct NetdevStatusPlanTests {
    private let port = Netdev.OPIPort(name: "p", server: "unix:/opi", operStatus: "")

    private func plan(
        _ netdev: Netdev,
        _ outcome: NetdevStatusPlan.Outcome,
        now: String = "2026-01-02T00:00:00Z"
    ) throws -> Netdev.Status {
        NetdevStatusPlan.status(
            of: netdev,
            after: outcome,
            addresses: try Cards.prefixes("10.0.0.5/24"),
            in: try Cards.network(),
            port: port,
            now: now
        )
    }

    private func netdev(_ phase: Netdev.Phase?) throws -> Netdev {
        var netdev = try Cards.netdev(1)
        netdev.status.phase = phase
        return netdev
    }

    @Test func `a port that is up connects the Netdev`() throws {
        let status = try plan(try netdev(nil), .up)
        #expect(status.phase == .connected)
        #expect(status.ips.map(\.description) == ["10.0.0.5/24"])
        #expect(status.gateways.map(\.description) == ["10.0.0.1"])
        #expect(status.observedGeneration == 3)
        #expect(status.opiPort?.operStatus == "Up")
        for type in [Condition.ready, Condition.portReady, Condition.addressAssigned] {
            #expect(status.conditions[type]?.status == .yes)
        }
    }

    @Test(arguments: [Netdev.Phase.connecting, .connected, .disconnected, .error, nil])
    func `outcomes lead to phases whatever was before`(before: Netdev.Phase?) throws {
        let netdev = try netdev(before)
        #expect(try plan(netdev, .up).phase == .connected)
        #expect(try plan(netdev, .waiting("w")).phase == .connecting)
        let no = try plan(netdev, .impossible(reason: Condition.notAllowed, "n"))
        #expect(no.phase == .error)
        #expect(no.conditions[Condition.ready]?.reason == Condition.notAllowed)
        let refused = try plan(netdev, .refused(Status(.resourceExhausted, "full")))
        #expect(refused.phase == .error)
        #expect(refused.conditions[Condition.ready]?.reason == Condition.serverRefused)
        let away = try plan(netdev, .refused(Status(.unavailable, "gone")))
        #expect(away.phase == (before == .connected ? .connected : .error))
        #expect(away.conditions[Condition.ready]?.status == .unknown)
        #expect(away.conditions[Condition.ready]?.reason == Condition.serverUnavailable)
        #expect(away.conditions[Condition.ready]?.message.contains("unix:/opi") == true)
    }

    @Test func `times change only with what they are the time of`() throws {
        var netdev = try netdev(nil)
        netdev.status = try plan(netdev, .up, now: "2026-01-01T00:00:00Z")
        let later = try plan(netdev, .up)
        #expect(later == netdev.status, "nothing to write")
        let down = try plan(netdev, .waiting("w"))
        #expect(down.conditions[Condition.ready]?.lastTransitionTime == "2026-01-02T00:00:00Z")
        let kept = down.conditions[Condition.addressAssigned]
        #expect(kept?.lastTransitionTime == "2026-01-01T00:00:00Z")
    }

    @Test func `a network without subnets takes addresses and their condition away`() throws {
        var netdev = try netdev(nil)
        netdev.status = try plan(netdev, .up)
        let status = NetdevStatusPlan.status(
            of: netdev,
            after: .up,
            addresses: [],
            in: try Cards.network([]),
            port: port,
            now: ""
        )
        #expect(status.ips == [])
        #expect(status.conditions[Condition.addressAssigned] == nil)
    }

    @Test func `addresses stay while a pass has none to say`() throws {
        var netdev = try netdev(.connected)
        netdev.status.ips = try Cards.prefixes("10.0.0.9/24")
        let status = NetdevStatusPlan.status(
            of: netdev,
            after: .impossible(reason: Condition.unknownNetwork, "gone"),
            addresses: [],
            in: nil,
            port: port,
            now: ""
        )
        #expect(status.ips == netdev.status.ips)
    }
}
