// SPDX-License-Identifier: Apache-2.0

public import Addressing

/// What a function's port on the card should be.
public struct DesiredPort: Hashable, Sendable {
    /// The port's id.
    public var id: String
    /// The function's MAC address.
    public var mac: MACAddress
    /// VLAN of its logical bridge.
    public var vlan: UInt32
    /// VXLAN network identifier of its logical bridge.
    public var vni: UInt32?

    /// An access port `id` for `mac` on the bridge of `vlan`.
    public init(id: String, mac: MACAddress, vlan: UInt32, vni: UInt32?) {
        self.id = id
        self.mac = mac
        self.vlan = vlan
        self.vni = vni
    }
}

/// What the server has for a port's id and its bridge's.
public struct ObservedPort: Hashable, Sendable {
    /// The bridge, nil when there is none.
    public var bridge: LogicalBridge?
    /// The port, nil when there is none.
    public var port: BridgePort?

    /// What two Get calls brought.
    public init(bridge: LogicalBridge?, port: BridgePort?) {
        self.bridge = bridge
        self.port = port
    }
}

/// The next step towards a port that is as it should be.
///
/// opi-evpn-bridge answers a create with the old object whatever its spec, also with one that is
/// being deleted, and an update can leave it stuck; so the plan compares, deletes, waits and
/// creates.
public enum PortStep: Hashable, Sendable {
    /// Make the bridge.
    case createBridge
    /// Make the port.
    case createPort
    /// Delete the port: it is not wanted, or it is another one.
    case deletePort
    /// The server is at work; look again. The text says on what.
    case wait(String)
    /// Nothing can be done here: the bridge of this VLAN is another one. The text says which.
    case conflict(String)
    /// Everything is as wanted.
    case done

    /// The step from `observed` towards `desired`; nil means the port should not be.
    public static func next(desired: DesiredPort?, observed: ObservedPort) -> PortStep {
        guard let desired else {
            guard let port = observed.port else { return .done }
            return port.isDying ? .wait("the old port is being deleted") : .deletePort
        }
        if let port = observed.port {
            if port.isDying { return .wait("the old port is being deleted") }
            guard port.matches(desired) else { return .deletePort }
        }
        guard let bridge = observed.bridge else { return .createBridge }
        if bridge.status?.operStatus == .toBeDeleted {
            return .wait("the old bridge of VLAN \(desired.vlan) is being deleted")
        }
        guard bridge.spec?.vlanID == desired.vlan, bridge.spec?.vni == desired.vni else {
            return .conflict("\(bridge.name) has \(bridge.summary), not \(desired.summary)")
        }
        guard let port = observed.port else { return .createPort }
        guard port.status?.operStatus == .up else {
            return .wait(port.progress)
        }
        return .done
    }
}

extension DesiredPort {
    fileprivate var summary: String { "VLAN \(vlan) and \(vni.map { "VNI \($0)" } ?? "no VNI")" }
}

extension LogicalBridge {
    fileprivate var summary: String {
        "VLAN \(spec?.vlanID ?? 0) and \((spec?.vni).map { "VNI \($0)" } ?? "no VNI")"
    }
}

extension BridgePort {
    fileprivate var isDying: Bool { status?.operStatus == .toBeDeleted }

    fileprivate func matches(_ desired: DesiredPort) -> Bool {
        let bridge = ObjectName.bridgePrefix + ObjectName.bridgeID(vlan: desired.vlan)
        return spec?.macAddress == desired.mac.octets && spec?.type == .access
            && spec?.logicalBridges == [bridge]
    }

    /// What the server is busy with, by its components' words.
    fileprivate var progress: String {
        let failed = (status?.components ?? []).filter { $0.status == .error }
        guard !failed.isEmpty else { return "port \(name) is not up yet" }
        let details = failed.map { "\($0.name): \($0.details)" }.joined(separator: "; ")
        return "port \(name) is not up: \(details)"
    }
}
