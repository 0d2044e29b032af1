// SPDX-License-Identifier: Apache-2.0

public import Addressing
import Netlink

/// A unicast route through one link.
public struct Route: Hashable, Sendable {
    /// Where to; `0.0.0.0/0` and `::/0` are default routes.
    public var destination: IPPrefix
    /// The next hop, nil when the destination is on the link itself.
    public var gateway: IPAddress?
    /// The number of the link.
    public var link: Int32
    /// The routing table.
    public var table: UInt32
    /// Among routes to the same destination the lowest wins; nil leaves it to the kernel.
    public var priority: UInt32?
    /// The largest packet on this route, in bytes.
    public var mtu: UInt32?
    /// The largest TCP segment to ask for, in bytes.
    public var segmentSize: UInt32?
    /// The address to send from.
    public var source: IPAddress?
    /// Whether the gateway is on the link although no address of the link says so.
    public var isGatewayOnLink: Bool

    /// The table that is looked at unless a rule says otherwise.
    public static let mainTable: UInt32 = 254

    /// A route through the link numbered `link`.
    public init(
        to destination: IPPrefix,
        via gateway: IPAddress? = nil,
        link: Int32,
        table: UInt32 = Route.mainTable,
        priority: UInt32? = nil,
        mtu: UInt32? = nil,
        segmentSize: UInt32? = nil,
        source: IPAddress? = nil,
        isGatewayOnLink: Bool = false
    ) {
        self.destination = destination.canonical
        self.gateway = gateway
        self.link = link
        self.table = table
        self.priority = priority
        self.mtu = mtu
        self.segmentSize = segmentSize
        self.source = source
        self.isGatewayOnLink = isGatewayOnLink
    }
}

extension Route {
    var message: RouteMessage {
        var message = RouteMessage(to: destination)
        message.gateway = gateway
        message.link = UInt32(bitPattern: link)
        message.table = table
        message.priority = priority
        message.mtu = mtu
        message.segmentSize = segmentSize
        message.source = source
        // IPv4 refuses a route without a gateway that claims to reach everywhere.
        message.scope = gateway == nil && destination.address.family == .v4 ? .link : .universe
        message.flags = isGatewayOnLink ? RouteMessage.onLink : 0
        return message
    }

    init?(_ message: RouteMessage) {
        guard message.kind == 1, let link = message.link else { return nil }
        self.init(
            to: message.destination,
            via: message.gateway,
            link: Int32(bitPattern: link),
            table: message.table,
            priority: message.priority,
            mtu: message.mtu,
            segmentSize: message.segmentSize,
            source: message.source,
            isGatewayOnLink: message.flags & RouteMessage.onLink != 0
        )
    }
}

extension Route: CustomStringConvertible {
    /// A phrase for error messages.
    public var description: String {
        "\(destination)" + (gateway.map { " via \($0)" } ?? "") + " on link \(link)"
    }
}
