// SPDX-License-Identifier: Apache-2.0

import Addressing
import OPI
import Testing

@Suite struct PortStepTests {
    private let desired: DesiredPort

    init() throws {
        let mac = try #require(MACAddress("02:00:00:00:00:01"))
        desired = DesiredPort(id: "nd0123456789ab", mac: mac, vlan: 10, vni: 10010)
    }

    private func bridge(
        vlan: UInt32 = 10,
        vni: UInt32? = 10010,
        _ status: OperStatus = .up
    )
        -> LogicalBridge
    {
        var spec = LogicalBridgeSpec()
        spec.vlanID = vlan
        spec.vni = vni
        var state = LogicalBridgeStatus()
        state.operStatus = status
        var bridge = LogicalBridge()
        bridge.name = "//network.opiproject.org/bridges/vlan-10"
        bridge.spec = spec
        bridge.status = state
        return bridge
    }

    private func port(
        _ status: OperStatus,
        mac: String = "02:00:00:00:00:01",
        bridges: [String] = ["//network.opiproject.org/bridges/vlan-10"],
        type: BridgePortType = .access
    ) -> BridgePort {
        var spec = BridgePortSpec()
        spec.macAddress = MACAddress(mac)?.octets ?? []
        spec.type = type
        spec.logicalBridges = bridges
        var state = BridgePortStatus()
        state.operStatus = status
        var port = BridgePort()
        port.name = "//network.opiproject.org/ports/nd0123456789ab"
        port.spec = spec
        port.status = state
        return port
    }

    private func step(_ bridge: LogicalBridge?, _ port: BridgePort?) -> PortStep {
        .next(desired: desired, observed: ObservedPort(bridge: bridge, port: port))
    }

    @Test func `makes the bridge, then the port, then waits until it is up`() {
        #expect(step(nil, nil) == .createBridge)
        #expect(step(bridge(), nil) == .createPort)
        #expect(
            step(bridge(), port(.down))
                == .wait("port //network.opiproject.org/ports/nd0123456789ab is not up yet")
        )
        #expect(step(bridge(), port(.up)) == .done)
    }

    @Test func `waits for a port that is being deleted, whatever is wanted`() {
        let waiting = PortStep.wait("the old port is being deleted")
        #expect(step(bridge(), port(.toBeDeleted)) == waiting)
        #expect(step(nil, port(.toBeDeleted, mac: "02:00:00:00:00:02")) == waiting)
        let unwanted = ObservedPort(bridge: nil, port: port(.toBeDeleted))
        #expect(PortStep.next(desired: nil, observed: unwanted) == waiting)
    }

    @Test func `replaces a port that is another one`() {
        #expect(step(bridge(), port(.up, mac: "02:00:00:00:00:02")) == .deletePort)
        #expect(step(bridge(), port(.up, bridges: [])) == .deletePort)
        #expect(step(bridge(), port(.up, type: .trunk)) == .deletePort)
    }

    @Test func `removes what is not wanted and is content when it is gone`() {
        let present = ObservedPort(bridge: nil, port: port(.down))
        #expect(PortStep.next(desired: nil, observed: present) == .deletePort)
        let gone = ObservedPort(bridge: bridge(), port: nil)
        #expect(PortStep.next(desired: nil, observed: gone) == .done)
    }

    @Test func `never touches a bridge that is another one`() {
        guard case .conflict(let text) = step(bridge(vni: nil), nil) else {
            Issue.record("no conflict")
            return
        }
        #expect(text.contains("VLAN 10 and no VNI, not VLAN 10 and VNI 10010"))
        #expect(step(bridge(vlan: 11), nil) != .createPort)
        #expect(step(bridge(.toBeDeleted), nil).isWait)
    }

    @Test func `tells which component failed`() {
        var port = port(.down)
        var component = Component()
        component.name = "lci"
        component.status = .error
        component.details = "no such device"
        port.status?.components = [component]
        guard case .wait(let text) = step(bridge(), port) else {
            Issue.record("no wait")
            return
        }
        #expect(text.hasSuffix("is not up: lci: no such device"))
    }

    @Test func `ids fit the servers' rule and differ by node and address`() {
        var ids: Set<String> = []
        for node in ["node-a", "node-b", "n"] {
            for function in 0..<1000 {
                let id = ObjectName.portID(node: node, function: "0000:3b:00.\(function)")
                #expect(id.utf8.count == 14)
                #expect(id.hasPrefix("nd"))
                #expect(id.utf8.allSatisfy { (48...57).contains($0) || (97...122).contains($0) })
                ids.insert(id)
            }
        }
        #expect(ids.count == 3000)
    }

    /// The id must outlive every release: a port made by an old one is found by it alone.
    ///
    /// In Python, independently:
    ///
    ///     h = 0xcbf29ce484222325
    ///     for b in b"node-a/0000:3b:00.2": h = (h ^ b) * 0x100000001b3 % 2**64
    ///     for m in 0xff51afd7ed558ccd, 0xc4ceb9fe1a85ec53: h = (h ^ h >> 33) * m % 2**64
    ///     print("nd%012x" % ((h ^ h >> 33) >> 16))
    @Test func `a function has the same id for ever`() {
        let id = ObjectName.portID(node: "node-a", function: "0000:3b:00.2")
        #expect(id == "nd7e87a9b931f9")
    }
}

extension PortStep {
    fileprivate var isWait: Bool {
        if case .wait = self { true } else { false }
    }
}
