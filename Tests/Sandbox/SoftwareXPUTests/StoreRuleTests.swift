// SPDX-License-Identifier: Apache-2.0

import GRPC
import OPI
import TestSupport
import Testing

@testable import SoftwareXPU

/// What the server refuses, and in which words.
@Suite struct StoreRuleTests {
    @Test(
        arguments: [
            ("abc", "must be between 4 and 63 characters"),
            ("a23456789-123456789-123456789-123456789-123456789-123456789-1234", "4 and 63"),
            ("1abc", "must begin with a letter"),
            ("Abcd", "must begin with a letter"),
            ("abc-", "must not end with a hyphen"),
            ("ab:d", "lowercase, numbers and hyphens (got: ':' in position 2)"),
            ("abcD", "(got: 'D' in position 3)"),
            ("abcdefab-1234-1234-1234-abcdefabcdef", "must not be a valid UUIDv4"),
        ]
    )
    func `such ids are refused`(id: String, words: String) {
        var bench = Bench()
        let error = refusal { () throws(Status) in try bench.create(id, Bench.bridge()) }
        #expect(error?.code == .unknown)
        #expect(error?.message.contains(words) == true)
    }

    @Test(arguments: ["net-a", "abcd", "a-1-", "x000"]) func `no id gets one`(id: String) throws {
        var bench = Bench()
        let made = try bench.create("", Bench.bridge())
        #expect(made.name == Kind.bridges.prefix + "fallback")
        guard !id.hasSuffix("-") else { return }
        #expect(try bench.create(id, Bench.bridge()).name == Kind.bridges.prefix + id)
    }

    @Test(
        arguments: [
            ("", "missing required field: name"),
            ("//network.opiproject.org/bridges/-a", "segment '-a': not a valid DNS name"),
            ("a//b", "segment '': not a valid DNS name"),
            ("a_b", "segment 'a_b': not a valid DNS name"),
        ]
    )
    func `such names are refused`(name: String, text: String) {
        let bench = Bench()
        let error = refusal { () throws(Status) in
            _ = try bench.store.get(LogicalBridge.self, name)
        }
        #expect(error == .unknown(text))
    }

    @Test func `what is mandatory is missed by name`() {
        var bench = Bench()
        func missed<Object: GatewayObject>(_ object: Object?) -> String? {
            refusal { () throws(Status) in
                _ = try bench.store.create(object, id: "abcd", fallbackID: "f", now: .zero)
            }?.message
        }
        #expect(missed(LogicalBridge?.none) == "missing required field: logical_bridge")
        #expect(missed(LogicalBridge()) == "missing required field: logical_bridge.spec")
        #expect(
            missed(Bench.bridge(vlan: 0)) == "missing required field: logical_bridge.spec.vlan_id"
        )
        #expect(
            missed(Bench.port(mac: [])) == "missing required field: bridge_port.spec.mac_address"
        )
        #expect(
            missed(Vrf { $0.spec = VrfSpec() })
                == "missing required field: vrf.spec.loopback_ip_prefix"
        )
        #expect(
            missed(Svi { $0.spec = SviSpec() }) == "missing required field: svi.spec.vrf"
        )
    }

    @Test func `values are checked`() {
        var bench = Bench()
        func refused<Object: GatewayObject>(_ object: Object) -> StatusCode? {
            refusal { () throws(Status) in try bench.create("abcd", object) }?.code
        }
        #expect(refused(Bench.bridge(vlan: 4096)) == .invalidArgument)
        #expect(refused(Bench.bridge(vni: 0)) == .invalidArgument)
        #expect(refused(Bench.bridge(vni: 1 << 24)) == .invalidArgument)
        #expect(refused(Bench.port([])) == .invalidArgument)
        #expect(refused(Bench.port(["net-a", "net-b"])) == .invalidArgument)
        var svi = Bench.svi()
        svi.spec?.remoteAS = 65000
        #expect(refused(svi) == .invalidArgument)
        svi.spec?.enableBGP = true
        svi.spec?.remoteAS = 65536
        #expect(refused(svi) == .invalidArgument)
    }

    @Test func `a port needs its bridge, and is the only one with its MAC there`() throws {
        var bench = Bench()
        func refused(_ id: String, _ port: BridgePort) -> Status? {
            refusal { () throws(Status) in try bench.create(id, port) }
        }
        let missing = Status.unknown("the referenced Logical Bridge has not been found")
        #expect(refused("nd01", Bench.port()) == missing)
        try bench.create("net-a", Bench.bridge())
        try bench.create("net-b", Bench.bridge(vlan: 20))
        #expect(refused("nd01", Bench.port()) == nil)
        #expect(refused("nd02", Bench.port())?.message.contains("already associated") == true)
        #expect(refused("nd02", Bench.port(["net-b"])) == nil)
        let taken = refusal { () throws(Status) in
            try bench.delete(LogicalBridge.self, "net-a")
        }
        #expect(taken == .unknown("the LogicalBridge is not empty"))
    }

    @Test func `a transparent trunk is on all bridges that are there`() throws {
        var bench = Bench()
        var trunk = Bench.port([])
        trunk.spec?.type = .trunk
        let error = refusal { () throws(Status) in try bench.create("trunk", trunk) }
        #expect(error == .unknown("key not found"))
        for id in ["net-a", "net-b"] { try bench.create(id, Bench.bridge()) }
        try bench.create("trunk", trunk)
        let entry = try #require(bench.store.entries[Kind.ports.prefix + "trunk"])
        #expect(entry.references == ["net-a", "net-b"].map { Kind.bridges.prefix + $0 })
    }

    @Test func `a VNI has one owner, bridge or VRF`() throws {
        var bench = Bench()
        try bench.create("net-a", Bench.bridge(vni: 7))
        var vrf = Vrf { $0.spec = VrfSpec { $0.loopbackIPPrefix = .nothing } }
        vrf.spec?.vni = 7
        for taken in [true, false] {
            let error = refusal { () throws(Status) in try bench.create("blue", vrf) }
            #expect(error == (taken ? .unknown("the VNI is already in use") : nil))
            vrf.spec?.vni = 8
        }
        let error = refusal { () throws(Status) in try bench.create("net-b", Bench.bridge(vni: 8)) }
        #expect(error == .unknown("the VNI is already in use"))
    }

    @Test func `a gateway needs a VRF and a bridge of its own, and keeps both`() throws {
        var bench = Bench()
        func refused(_ id: String, _ svi: Svi) -> String? {
            refusal { () throws(Status) in try bench.create(id, svi) }?.message
        }
        #expect(refused("gate", Bench.svi()) == "the referenced Logical Bridge has not been found")
        try bench.create("net-a", Bench.bridge())
        #expect(
            refused("gate", Bench.svi(vrf: "none")) == "the referenced VRF has not been found"
        )
        #expect(refused("gate", Bench.svi()) == nil)
        #expect(refused("gate2", Bench.svi())?.contains("svi interface") == true)
        let vrf = refusal { () throws(Status) in try bench.delete(Vrf.self, "GRD") }
        #expect(vrf == .unknown("the VRF is not empty"))
        let bridge = refusal { () throws(Status) in
            try bench.delete(LogicalBridge.self, "net-a")
        }
        #expect(bridge == .unknown("the LogicalBridge is not empty"))
    }
}
