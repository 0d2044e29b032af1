// SPDX-License-Identifier: Apache-2.0

import GRPC
import OPI

/// The objects of an EVPN gateway and how they come and go; a value, with no clock and no socket.
///
///                  create                    data path done
///     (nothing) ------------> DOWN, PENDING ----------------> UP, SUCCESS
///                                   |  ^                          |
///               data path failed:   v  | after 2, 4, 8… s         |
///                             DOWN, ERROR                         |
///                                   |            delete           |
///     NOT_FOUND <--------- TO_BE_DELETED, PENDING <---------------+
///                data path done
///
/// Times are durations since any fixed moment.
struct Store: Sendable {
    /// An object and what is still to be done about it.
    struct Entry: Sendable {
        var object: any GatewayObject
        /// Tells it from an earlier one of the same name.
        let serial: Int
        /// The objects that it needs.
        var references: [String]
        /// Counts what was asked for, so that work on an older wish is not taken for done.
        var version = 0
        /// When the data path has to do something about it.
        var due: Duration?
        var retry = Store.firstRetry
        /// Its references are no longer those of its spec.
        var isOrphaned = false
    }

    static let firstRetry = Duration.seconds(2)
    static let longestRetry = Duration.seconds(256)
    /// More objects than any test wants and less than memory has.
    static let objectLimit = 16_384
    static let tokenLimit = 1_024

    var traps: Set<Trap>
    let delay: Duration
    /// What page tokens of this store begin with.
    let tokenPrefix: String
    var entries: [String: Entry] = [:]
    /// The kinds that were ever stored.
    var held: Set<Kind> = []
    var tokens: [(token: String, start: Int)] = []
    var serials = 0

    init(traps: Set<Trap>, delay: Duration, tokenPrefix: String) {
        self.traps = traps
        self.delay = delay
        self.tokenPrefix = tokenPrefix
        guard traps.contains(.builtInVRF) else { return }
        var vrf = Vrf()
        vrf.name = Kind.vrfs.prefix + "GRD"
        vrf.spec = VrfSpec()
        vrf.condition = Condition(.up, .vrfs, .success)
        entries[vrf.name] = Entry(object: vrf, serial: 0, references: [])
        held.insert(.vrfs)
    }

    /// The objects of one kind, by name.
    func objects<Object: GatewayObject>(of type: Object.Type) -> [Object] {
        entries.values.compactMap { $0.object as? Object }.sorted { $0.name < $1.name }
    }

    /// The objects that need the one called `name`.
    func referrers(to name: String) -> [any GatewayObject] {
        entries.values.filter { $0.references.contains(name) }.map(\.object)
    }

    /// - Throws: `UNKNOWN` when the object is not there, or is going.
    func bind<Object: GatewayObject>(
        _ name: String,
        as type: Object.Type,
        called noun: String
    ) throws(Status) {
        let object = entries[name]?.object as? Object
        guard let object, object.condition.operStatus != .toBeDeleted else {
            throw .unknown("the referenced \(noun) has not been found")
        }
    }

    /// - Throws: `UNKNOWN` when a bridge or VRF other than `name` has the number.
    func refuseTaken(vni: UInt32?, except name: String) throws(Status) {
        guard let vni else { return }
        let bridges = objects(of: LogicalBridge.self).filter { $0.spec?.vni == vni }
        let vrfs = objects(of: Vrf.self).filter { $0.spec?.vni == vni }
        if (bridges.map(\.name) + vrfs.map(\.name)).contains(where: { $0 != name }) {
            throw .unknown("the VNI is already in use")
        }
    }

    /// The entry of that name and kind.
    ///
    /// - Throws: `NOT_FOUND`.
    func find<Object: GatewayObject>(
        _ type: Object.Type,
        _ name: String
    ) throws(Status) -> (entry: Entry, object: Object) {
        guard let entry = entries[name], let object = entry.object as? Object else {
            throw .notFound("unable to find key \(name)")
        }
        return (entry, object)
    }
}
