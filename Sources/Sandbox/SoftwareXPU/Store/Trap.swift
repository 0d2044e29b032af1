// SPDX-License-Identifier: Apache-2.0

/// An oddity of a real OPI server that clients have to live with; each can be switched.
public enum Trap: String, CaseIterable, Hashable, Sendable {
    /// A list of a kind that was never stored answers `NOT_FOUND`, not an empty page.
    case listNeverHeld = "list-never-held"
    /// A create of an id that exists answers the old object, whatever its spec and state; without
    /// it, `ALREADY_EXISTS`.
    case createReturnsExisting = "create-returns-existing"
    /// Two bridges may have the same VLAN; without it, `ALREADY_EXISTS`.
    case vlanReuse = "vlan-reuse"
    /// A VRF `GRD` is there from the start.
    case builtInVRF = "built-in-vrf"
    /// An IPv6 tunnel end is stored as 0.0.0.0/0.
    case v6VTEPLost = "v6-vtep-lost"
    /// An update of a port's bridges leaves the references behind: the port can never be deleted.
    case updateOrphans = "update-orphans"
    /// A delete of what was never there is a success, as on some vendors' servers.
    case deleteUnknownOK = "delete-unknown-ok"

    /// What opi-evpn-bridge does that a client meets in everyday work.
    public static let standard: Set<Trap> = [
        .listNeverHeld, .createReturnsExisting, .vlanReuse, .builtInVRF,
    ]

    /// Traps from their names with commas between; `none` and the empty text are no traps.
    ///
    /// - Throws: ``UnknownTrap``.
    public static func set(parsing list: String) throws(UnknownTrap) -> Set<Trap> {
        let names = list.split(separator: ",").map(String.init)
        return names == ["none"] ? [] : try set(named: names)
    }

    /// - Throws: ``UnknownTrap``.
    static func set(named names: [String]) throws(UnknownTrap) -> Set<Trap> {
        var traps: Set<Trap> = []
        for name in names {
            guard let trap = Trap(rawValue: name) else { throw UnknownTrap(name: name) }
            traps.insert(trap)
        }
        return traps
    }
}

/// A name that is no trap's.
public struct UnknownTrap: Error, Hashable, Sendable, CustomStringConvertible {
    /// The name.
    public let name: String

    /// One clause for an error message.
    public var description: String {
        let known = Trap.allCases.map(\.rawValue).joined(separator: ", ")
        return "'\(name)' is no trap; there are \(known)"
    }
}
