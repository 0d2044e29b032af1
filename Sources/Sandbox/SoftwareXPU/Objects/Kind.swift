// SPDX-License-Identifier: Apache-2.0

/// The kinds of object that an EVPN gateway keeps; the raw value stands in their names.
enum Kind: String, CaseIterable, Sendable {
    case bridges, ports, vrfs, svis

    /// What every full name begins with.
    static let namespace = "//network.opiproject.org/"

    /// What the full names of the kind begin with.
    var prefix: String { "\(Self.namespace)\(rawValue)/" }

    /// What a request calls an object of the kind.
    var field: String {
        switch self {
        case .bridges: "logical_bridge"
        case .ports: "bridge_port"
        case .vrfs: "vrf"
        case .svis: "svi"
        }
    }

    /// The parts of the server that must report success before an object is up.
    var components: [String] {
        switch self {
        case .bridges, .vrfs, .svis: ["lgm", "frr"]
        case .ports: ["lci"]
        }
    }

    /// What the enumeration of operational states begins with.
    var statePrefix: String {
        switch self {
        case .bridges: "LB"
        case .ports: "BP"
        case .vrfs: "VRF"
        case .svis: "SVI"
        }
    }
}
