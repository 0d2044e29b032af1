// SPDX-License-Identifier: Apache-2.0

import GRPC
import OPI
import TestSupport

@testable import SoftwareXPU

/// A store with a clock of its own, and objects to put into it.
struct Bench {
    var store: Store
    var now = Duration.zero

    static let mac: [UInt8] = [2, 0, 0, 0, 0, 1]
    static let delay = Duration.seconds(1)

    init(_ traps: Set<Trap> = Trap.standard) {
        store = Store(traps: traps, delay: Self.delay, tokenPrefix: "t")
    }

    static func bridge(vlan: UInt32 = 10, vni: UInt32? = nil) -> LogicalBridge {
        LogicalBridge {
            $0.spec = LogicalBridgeSpec {
                $0.vlanID = vlan
                $0.vni = vni
            }
        }
    }

    static func port(_ bridges: [String] = ["net-a"], mac: [UInt8] = mac) -> BridgePort {
        BridgePort {
            $0.spec = BridgePortSpec {
                $0.macAddress = mac
                $0.type = .access
                $0.logicalBridges = bridges.map { Kind.bridges.prefix + $0 }
            }
        }
    }

    static func svi(bridge: String = "net-a", vrf: String = "GRD") -> Svi {
        Svi {
            $0.spec = SviSpec {
                $0.vrf = Kind.vrfs.prefix + vrf
                $0.logicalBridge = Kind.bridges.prefix + bridge
                $0.macAddress = [2, 0, 0, 0, 0, 0xfe]
                $0.gatewayIPPrefixes = [IPPrefixMessage()]
            }
        }
    }

    @discardableResult
    mutating func create<Object: GatewayObject>(
        _ id: String,
        _ object: Object
    ) throws(Status) -> Object {
        try store.create(object, id: id, fallbackID: "fallback", now: now)
    }

    mutating func delete<Object: GatewayObject>(
        _ type: Object.Type,
        _ id: String,
        allowMissing: Bool = false
    ) throws(Status) {
        let name = Object.kind.prefix + id
        try store.delete(type, name, allowMissing: allowMissing, now: now)
    }

    mutating func update<Object: GatewayObject>(
        _ id: String,
        _ object: Object,
        mask: [String] = [],
        allowMissing: Bool = false
    ) throws(Status) -> Object {
        var object = object
        object.name = Object.kind.prefix + id
        return try store.update(object, mask: mask, allowMissing: allowMissing, now: now)
    }

    /// The state and the first component's, nil when it is not there.
    func state<Object: GatewayObject>(
        _ type: Object.Type,
        _ id: String
    ) -> (OperStatus, ComponentStatus)? {
        let condition = store.entries[Object.kind.prefix + id]?.object.condition
        return condition.map { ($0.operStatus, $0.components.first?.status ?? .unspecified) }
    }

    /// Lets time pass and has the data path do all that is due.
    @discardableResult
    mutating func pass(_ time: Duration = delay, problem: String? = nil) -> [Store.Event] {
        now += time
        var events: [Store.Event] = []
        while let work = store.nextWork(now: now) {
            if let event = store.finish(work, problem: problem, now: now) { events.append(event) }
        }
        return events
    }
}

/// The status that `body` throws, nil when it does not.
func refusal(_ body: () throws(Status) -> Void) -> Status? {
    do {
        try body()
        return nil
    } catch {
        return error
    }
}
