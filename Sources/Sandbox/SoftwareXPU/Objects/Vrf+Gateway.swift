// SPDX-License-Identifier: Apache-2.0

import GRPC
import JSON
import OPI
import Protobuf

extension Vrf: GatewayObject {
    static let kind = Kind.vrfs

    var condition: Condition {
        get { Condition(status?.operStatus ?? .unspecified, status?.components ?? []) }
        set {
            var status = VrfStatus()
            status.operStatus = newValue.operStatus
            status.components = newValue.components
            self.status = status
        }
    }
    var hasStatus: Bool { status != nil }
    var statusUnknownFields: UnknownFields { status?.unknownFields ?? UnknownFields() }

    func references(in store: Store) throws(Status) -> [String] {
        try store.refuseTaken(vni: spec?.vni, except: name)
        return []
    }

    mutating func adapt(to traps: Set<Trap>) {
        guard traps.contains(.v6VTEPLost), spec?.vtepIPPrefix?.address?.v6 != nil else { return }
        spec?.vtepIPPrefix = .nothing
    }
}

extension VrfSpec: GatewaySpec {
    static let fields = [
        SpecField("vni", \VrfSpec.vni),
        SpecField("loopback_ip_prefix", \VrfSpec.loopbackIPPrefix),
        SpecField("vtep_ip_prefix", \VrfSpec.vtepIPPrefix),
    ]
    static let required = ["loopback_ip_prefix"]

    func check() throws(Status) {
        try checkVNI(vni)
    }

    var json: JSONValue {
        var members = Members()
        members.add("vni", optional: vni)
        members.add("loopback_ip_prefix", loopbackIPPrefix?.json)
        members.add("vtep_ip_prefix", vtepIPPrefix?.json)
        return members.value
    }
}
