// SPDX-License-Identifier: Apache-2.0

import GRPC
import OPI
import TestSupport
import Testing

@testable import SoftwareXPU

@Suite struct StoreUpdateTests {
    @Test func `without a mask the fields that are set are taken`() throws {
        var bench = Bench()
        try bench.create("net-a", Bench.bridge(vlan: 10, vni: 100))
        let changed = try bench.update("net-a", Bench.bridge(vlan: 11))
        #expect(changed.spec?.vlanID == 11 && changed.spec?.vni == 100)
    }

    @Test(
        arguments: [
            (["spec.vni"], 10, 7), (["spec"], 20, 7), (["*"], 20, 7),
            (["name", "status"], 10, 100), (["spec.vlan_id", "spec.vni"], 20, 7),
        ] as [([String], UInt32, UInt32)]
    )
    func `a mask names what is taken`(mask: [String], vlan: UInt32, vni: UInt32) throws {
        var bench = Bench()
        try bench.create("net-a", Bench.bridge(vlan: 10, vni: 100))
        let changed = try bench.update("net-a", Bench.bridge(vlan: 20, vni: 7), mask: mask)
        #expect(changed.spec?.vlanID == vlan && changed.spec?.vni == vni)
    }

    @Test func `a mask can take a field away`() throws {
        var bench = Bench()
        try bench.create("net-a", Bench.bridge(vlan: 10, vni: 100))
        let changed = try bench.update("net-a", Bench.bridge(vlan: 20), mask: ["spec.vni"])
        #expect(changed.spec?.vlanID == 10 && changed.spec?.vni == nil)
    }

    @Test(arguments: ["vlan_id", "spec.colour", "spec.vtep_ip_prefix.len", ""])
    func `such a path is none`(path: String) throws {
        var bench = Bench()
        try bench.create("net-a", Bench.bridge())
        let error = refusal { () throws(Status) in
            _ = try bench.update("net-a", Bench.bridge(vlan: 20), mask: [path])
        }
        #expect(error == .unknown("invalid field path: \(path)"))
    }

    @Test func `a result that is the same is no work`() throws {
        var bench = Bench()
        try bench.create("net-a", Bench.bridge())
        bench.pass()
        let same = try bench.update("net-a", Bench.bridge())
        #expect(same.condition.operStatus == .up)
        #expect(bench.store.nextDue == nil)
    }

    @Test func `what is missing is made when that is allowed, whatever its id`() throws {
        var bench = Bench()
        let made = try bench.update("X", Bench.bridge(), allowMissing: true)
        #expect(made.name == Kind.bridges.prefix + "X")
        #expect(made.condition.operStatus == .down)
    }

    @Test func `an update of a port's bridges can cost its end`() throws {
        for isTrapped in [true, false] {
            var bench = Bench()
            if isTrapped { bench.store.traps.insert(.updateOrphans) }
            for id in ["net-a", "net-b"] { try bench.create(id, Bench.bridge()) }
            try bench.create("nd01", Bench.port())
            _ = try bench.update("nd01", Bench.port(["net-b"]))
            bench.pass()
            try bench.delete(BridgePort.self, "nd01")
            bench.now += Bench.delay
            let next = bench.store.nextWork(now: bench.now)
            let work = try #require(next)
            #expect(work.isRemoval && work.isHopeless == isTrapped)
            #expect((work.lost != nil) == isTrapped)
        }
    }

    @Test func `an IPv6 tunnel end is lost with its trap only`() throws {
        for isTrapped in [true, false] {
            var bench = Bench(isTrapped ? [.v6VTEPLost] : [])
            var bridge = Bench.bridge()
            bridge.spec?.vtepIPPrefix = IPPrefixMessage {
                $0.address = IPAddressMessage {
                    $0.family = .v6
                    $0.v6 = Array(repeating: 1, count: 16)
                }
                $0.length = 128
            }
            let made = try bench.create("net-a", bridge)
            let prefix = try #require(made.spec?.vtepIPPrefix)
            #expect((prefix == .nothing) == isTrapped)
            #expect((prefix.length == 0) == isTrapped)
        }
    }

    @Test func `VLANs may be shared with their trap only`() throws {
        for isTrapped in [true, false] {
            var bench = Bench(isTrapped ? [.vlanReuse] : [])
            try bench.create("net-a", Bench.bridge())
            let error = refusal { () throws(Status) in try bench.create("net-b", Bench.bridge()) }
            #expect(error?.code == (isTrapped ? nil : .alreadyExists))
        }
    }

    @Test func `what was never there may be deleted with the trap only`() {
        for isTrapped in [true, false] {
            var bench = Bench(isTrapped ? [.deleteUnknownOK] : [])
            let error = refusal { () throws(Status) in try bench.delete(Svi.self, "none") }
            #expect(error?.code == (isTrapped ? nil : .notFound))
            let allowed = refusal { () throws(Status) in
                try bench.delete(Svi.self, "none", allowMissing: true)
            }
            #expect(allowed == nil)
        }
    }
}
