// SPDX-License-Identifier: Apache-2.0

import GRPC
import JSON
import OPI
import Protobuf

extension BridgePort: GatewayObject {
    static let kind = Kind.ports

    var condition: Condition {
        get { Condition(status?.operStatus ?? .unspecified, status?.components ?? []) }
        set {
            var status = BridgePortStatus()
            status.operStatus = newValue.operStatus
            status.components = newValue.components
            self.status = status
        }
    }
    var hasStatus: Bool { status != nil }
    var statusUnknownFields: UnknownFields { status?.unknownFields ?? UnknownFields() }

    func references(in store: Store) throws(Status) -> [String] {
        guard let spec else { return [] }
        var wanted = spec.logicalBridges
        if spec.type == .trunk, wanted.isEmpty {
            // A transparent trunk: every bridge that is there now, and none that comes later.
            if !store.held.contains(.bridges) { throw .unknown("key not found") }
            wanted = store.objects(of: LogicalBridge.self).map(\.name)
        }
        for bridge in wanted {
            try store.bind(bridge, as: LogicalBridge.self, called: "Logical Bridge")
            let twin = store.referrers(to: bridge).contains { other in
                guard other.name != name, let port = other as? BridgePort else { return false }
                return port.spec?.macAddress == spec.macAddress
            }
            guard !twin else {
                let mac = hexadecimal(spec.macAddress)
                throw .unknown(
                    "the Logical Bridge \(bridge) is already associated with the bridge port "
                        + "mac: \(mac)"
                )
            }
        }
        return wanted
    }
}

extension BridgePortSpec: GatewaySpec {
    static let fields = [
        SpecField("mac_address", \BridgePortSpec.macAddress),
        SpecField("ptype", \BridgePortSpec.type),
        SpecField("logical_bridges", \BridgePortSpec.logicalBridges),
    ]
    static let required = ["mac_address", "ptype"]

    func check() throws(Status) {
        guard type != .access || logicalBridges.count == 1 else {
            throw .invalid(
                "ACCESS type must have exactly one LogicalBridge and there are "
                    + "\(logicalBridges.count)"
            )
        }
    }

    var json: JSONValue {
        var members = Members()
        members.add("mac_address", macAddress)
        members.add("ptype", type.rawValue, of: ["ACCESS", "TRUNK"], "BRIDGE_PORT_TYPE")
        members.add("logical_bridges", logicalBridges.map { .string($0) })
        return members.value
    }
}
