// SPDX-License-Identifier: Apache-2.0

import GRPC
import JSON
import OPI
import Protobuf

extension LogicalBridge: GatewayObject {
    static let kind = Kind.bridges

    var condition: Condition {
        get { Condition(status?.operStatus ?? .unspecified, status?.components ?? []) }
        set {
            var status = LogicalBridgeStatus()
            status.operStatus = newValue.operStatus
            status.components = newValue.components
            self.status = status
        }
    }
    var hasStatus: Bool { status != nil }
    var statusUnknownFields: UnknownFields { status?.unknownFields ?? UnknownFields() }

    func references(in store: Store) throws(Status) -> [String] {
        try store.refuseTaken(vni: spec?.vni, except: name)
        guard !store.traps.contains(.vlanReuse) else { return [] }
        let isTaken = store.objects(of: LogicalBridge.self).contains {
            $0.name != name && $0.spec?.vlanID == spec?.vlanID
        }
        if isTaken { throw Status(.alreadyExists, "the VLAN is already in use") }
        return []
    }

    mutating func adapt(to traps: Set<Trap>) {
        guard traps.contains(.v6VTEPLost), spec?.vtepIPPrefix?.address?.v6 != nil else { return }
        spec?.vtepIPPrefix = .nothing
    }
}

extension LogicalBridgeSpec: GatewaySpec {
    static let fields = [
        SpecField("vlan_id", \LogicalBridgeSpec.vlanID),
        SpecField("vni", \LogicalBridgeSpec.vni),
        SpecField("vtep_ip_prefix", \LogicalBridgeSpec.vtepIPPrefix),
    ]
    static let required = ["vlan_id"]

    func check() throws(Status) {
        guard (1...4095).contains(vlanID) else {
            throw .invalid("VlanId value (\(vlanID)) have to be between 1 and 4095")
        }
        try checkVNI(vni)
    }

    var json: JSONValue {
        var members = Members()
        members.add("vlan_id", vlanID)
        members.add("vni", optional: vni)
        members.add("vtep_ip_prefix", vtepIPPrefix?.json)
        return members.value
    }
}
