// SPDX-License-Identifier: Apache-2.0

public import Addressing
public import Kernel
import Netlink

/// One change of a link, to be applied alone or in a batch.
public struct LinkRequest: Sendable, Hashable {
    /// What is sent.
    let message: NetlinkMessage
    /// What it does, for error messages.
    let operation: String
    /// To what it does it, for error messages.
    let subject: String

    init(_ operation: String, _ subject: String, _ message: NetlinkMessage) {
        self.operation = operation
        self.subject = subject
        self.message = message
    }

    private static func set(
        _ operation: String,
        _ index: Int32,
        _ change: (inout LinkMessage) -> Void
    ) -> LinkRequest {
        var link = LinkMessage(index: index)
        change(&link)
        return LinkRequest(operation, "link \(index)", link.message(.setLink))
    }

    /// Switches the link on.
    public static func setUp(_ index: Int32) -> LinkRequest {
        set("set up", index) { ($0.flags, $0.changed) = (.up, .up) }
    }

    /// Switches the link off.
    public static func setDown(_ index: Int32) -> LinkRequest {
        set("set down", index) { ($0.flags, $0.changed) = ([], .up) }
    }

    /// Gives the link another name.
    public static func rename(_ index: Int32, to name: String) -> LinkRequest {
        set("rename to \(name)", index) { $0.name = name }
    }

    /// Gives the link another hardware address.
    public static func setMAC(_ index: Int32, to mac: MACAddress) -> LinkRequest {
        set("set address \(mac)", index) { $0.address = mac.octets }
    }

    /// Changes the largest packet of the link, in bytes.
    public static func setMTU(_ index: Int32, to mtu: UInt32) -> LinkRequest {
        set("set MTU \(mtu)", index) { $0.mtu = mtu }
    }

    /// Changes the link's alias; an empty one removes it.
    public static func setAlias(_ index: Int32, to alias: String) -> LinkRequest {
        set("set alias \(alias)", index) { $0.alias = alias }
    }

    /// Puts the link into a bridge or bond, or with nil out of it.
    public static func setMaster(_ index: Int32, to master: Int32?) -> LinkRequest {
        set("set master \(master ?? 0)", index) { $0.master = UInt32(bitPattern: master ?? 0) }
    }

    /// Moves the link to `namespace` and there gives it name, address and MTU, in one request.
    ///
    /// The kernel moves first and changes afterwards, so after a refusal the link may be in either
    /// namespace; ``RouteSocket/move(_:known:to:as:)`` deals with that.
    static func move(
        _ index: Int32,
        to namespace: borrowing NetworkNamespace,
        as placement: LinkPlacement
    ) -> LinkRequest {
        let descriptor = namespace.descriptor
        return set("move to \(namespace.path) as \(placement.name)", index) {
            $0.namespace = descriptor
            $0.name = placement.name
            $0.address = placement.mac?.octets
            $0.mtu = placement.mtu
            ($0.flags, $0.changed) = (placement.isUp ? .up : [], .up)
        }
    }

    /// Deletes the link; a veth pair goes with either end.
    public static func delete(_ index: Int32) -> LinkRequest {
        LinkRequest("delete", "link \(index)", LinkMessage(index: index).message(.deleteLink))
    }

    /// Creates a bridge.
    public static func createBridge(_ name: String) -> LinkRequest {
        var link = LinkMessage()
        (link.name, link.kind) = (name, "bridge")
        return LinkRequest(
            "create bridge",
            name,
            link.message(.newLink, [.create, .exclusive])
        )
    }

    /// Creates a bridge that only learns and floods: no spanning tree, no delay before it forwards,
    /// no snooping of multicast.
    ///
    /// Source: linux/if_link.h, `IFLA_BR_FORWARD_DELAY`, `IFLA_BR_STP_STATE`,
    /// `IFLA_BR_MCAST_SNOOPING`.
    public static func createPlainBridge(_ name: String) -> LinkRequest {
        var link = LinkMessage()
        (link.name, link.kind) = (name, "bridge")
        link.kindSettings = [
            Attribute(1, UInt32(0)), Attribute(5, UInt32(0)), Attribute(23, UInt8(0)),
        ]
        return LinkRequest(
            "create bridge",
            name,
            link.message(.newLink, [.create, .exclusive])
        )
    }

    /// Keeps the link from making IPv6 addresses for itself; it has to be down.
    public static func makeNoAddresses(_ index: Int32) -> LinkRequest {
        set("make no addresses", index) { $0.addressGeneration = AddressGeneration.none }
    }

    /// Creates a veth pair with both ends in this namespace.
    ///
    /// Source: linux/veth.h, `VETH_INFO_PEER`.
    public static func createPair(_ name: String, _ peerName: String) -> LinkRequest {
        var (link, peer) = (LinkMessage(), LinkMessage())
        peer.name = peerName
        (link.name, link.kind) = (name, "veth")
        link.kindSettings = [Attribute(1, prefix: peer.header, nest: peer.attributes)]
        return LinkRequest(
            "create veth pair",
            "\(name), \(peerName)",
            link.message(.newLink, [.create, .exclusive])
        )
    }

    /// Creates a veth pair with one end here and the other in `namespace`.
    public static func createPair(
        _ name: String,
        mac: MACAddress,
        mtu: UInt32,
        peer peerName: String,
        in namespace: borrowing NetworkNamespace
    ) -> LinkRequest {
        var (link, peer) = (LinkMessage(), LinkMessage())
        (peer.name, peer.mtu, peer.namespace) = (peerName, mtu, namespace.descriptor)
        (link.name, link.kind, link.address, link.mtu) = (name, "veth", mac.octets, mtu)
        link.kindSettings = [Attribute(1, prefix: peer.header, nest: peer.attributes)]
        return LinkRequest(
            "create veth pair",
            "\(name), \(peerName) in \(namespace.path)",
            link.message(.newLink, [.create, .exclusive])
        )
    }
}
