// SPDX-License-Identifier: Apache-2.0

import GRPC
import JSON
import OPI
import Protobuf

extension Svi: GatewayObject {
    static let kind = Kind.svis

    var condition: Condition {
        get { Condition(status?.operStatus ?? .unspecified, status?.components ?? []) }
        set {
            var status = SviStatus()
            status.operStatus = newValue.operStatus
            status.components = newValue.components
            self.status = status
        }
    }
    var hasStatus: Bool { status != nil }
    var statusUnknownFields: UnknownFields { status?.unknownFields ?? UnknownFields() }

    func references(in store: Store) throws(Status) -> [String] {
        guard let spec else { return [] }
        try store.bind(spec.vrf, as: Vrf.self, called: "VRF")
        try store.bind(spec.logicalBridge, as: LogicalBridge.self, called: "Logical Bridge")
        let other = store.referrers(to: spec.logicalBridge).first { $0 is Svi && $0.name != name }
        if let other {
            throw .unknown(
                "the Logical Bridge \(spec.logicalBridge) is already associated with an svi "
                    + "interface: \(other.name)"
            )
        }
        return [spec.vrf, spec.logicalBridge]
    }
}

extension SviSpec: GatewaySpec {
    static let fields = [
        SpecField("vrf", \SviSpec.vrf),
        SpecField("logical_bridge", \SviSpec.logicalBridge),
        SpecField("mac_address", \SviSpec.macAddress),
        SpecField("gw_ip_prefix", \SviSpec.gatewayIPPrefixes),
        SpecField("enable_bgp", \SviSpec.enableBGP),
        SpecField("remote_as", \SviSpec.remoteAS),
    ]
    static let required = ["vrf", "logical_bridge", "mac_address", "gw_ip_prefix"]

    func check() throws(Status) {
        guard enableBGP ? (1...65535).contains(remoteAS) : remoteAS == 0 else {
            throw .invalid(
                enableBGP
                    ? "RemoteAs value (\(remoteAS)) have to be between 1 and 65535"
                    : "RemoteAs value (\(remoteAS)) have to be 0 without BGP"
            )
        }
    }

    var json: JSONValue {
        var members = Members()
        members.add("vrf", vrf)
        members.add("logical_bridge", logicalBridge)
        members.add("mac_address", macAddress)
        members.add("gw_ip_prefix", gatewayIPPrefixes.map(\.json))
        members.add("enable_bgp", enableBGP)
        members.add("remote_as", remoteAS)
        return members.value
    }
}
