// SPDX-License-Identifier: Apache-2.0

import Addressing
import Bytes
import Kernel
import Links
import Netlink
import OPI
import Synchronization

/// A data path made of plain bridges in the network namespace of this process, one for each
/// logical bridge.
///
/// A function is known by its MAC only, so a file maps it to its representor, which somebody else
/// has put into the namespace. Creating a port means to plug the representor in; it is down and
/// nobody's member otherwise. A gateway lends its addresses and its MAC to the bridge.
final class LinuxBridges: DataPath {
    struct Plug: Sendable {
        let mac: [UInt8]
        let representor: String
        /// The logical bridge.
        let bridge: String
        /// What the representor had counted before.
        let before: LinkCounters
    }

    struct Gateway: Sendable {
        let bridge: String
        let prefixes: [IPPrefix]
    }

    struct State: Sendable {
        var plugs: [String: Plug] = [:]
        var gateways: [String: Gateway] = [:]
    }

    /// What the names of our bridges begin with; ten hexadecimal digits follow.
    static let prefix = "lb-"

    let links: RouteSocket
    let representors: Representors
    let state = Mutex(State())

    /// - Throws: ``DataPathError/link(_:)``.
    init(_ representors: Representors, links: consuming RouteSocket) {
        self.representors = representors
        self.links = links
    }

    func apply(_ object: any GatewayObject) throws(DataPathError) {
        switch object {
        case let port as BridgePort: try plug(port)
        case let svi as Svi: try raise(svi)
        case is LogicalBridge: _ = try bridge(of: object.name)
        default: return
        }
    }

    func remove(_ object: any GatewayObject) throws(DataPathError) {
        switch object {
        case is BridgePort: try unplug(object.name)
        case is Svi: try lower(object.name)
        case is LogicalBridge:
            let name = Self.interface(of: object.name)
            guard let bridge = try find(name) else { return }
            try forwarding { () throws(LinkError) in try links.apply([.delete(bridge.index)]) }
        default: return
        }
    }

    func reset() throws(DataPathError) {
        state.withLock { $0 = State() }
        let all = try forwarding { () throws(LinkError) in try links.links() }
        let ours = all.filter { $0.kind == "bridge" && Self.isOurs($0.name) }
        let numbers = Set(ours.map(\.index))
        let members = all.filter { $0.master.map(numbers.contains) ?? false }
        let requests =
            members.flatMap { [LinkRequest.setMaster($0.index, to: nil), .setDown($0.index)] }
            + ours.map { .delete($0.index) }
        try forwarding { () throws(LinkError) in try links.apply(requests) }
    }

    /// The interface of a logical bridge.
    static func interface(of name: String) -> String {
        prefix + Fingerprint.digits(of: name).prefix(10)
    }

    private static func isOurs(_ name: String) -> Bool {
        let digits = name.dropFirst(prefix.count)
        return name.hasPrefix(prefix) && digits.count == 10 && digits.allSatisfy(\.isHexDigit)
    }

    func find(_ name: String) throws(DataPathError) -> Link? {
        try forwarding { () throws(LinkError) in try links.link(named: name) }
    }

    /// The interface of a logical bridge, made when it is not there.
    func bridge(of name: String) throws(DataPathError) -> Link {
        let interface = Self.interface(of: name)
        if let link = try find(interface) { return link }
        try forwarding { () throws(LinkError) in
            try links.apply([.createPlainBridge(interface)])
        }
        guard let link = try find(interface) else { throw .noInterface(interface) }
        try forwarding { () throws(LinkError) in
            try links.apply([.makeNoAddresses(link.index), .setUp(link.index)])
        }
        return link
    }
}
