// SPDX-License-Identifier: Apache-2.0

public import Addressing
import Netlink

extension LinkRequest {
    /// Adds an address to the link; an IPv6 one is usable at once, without duplicate detection.
    public static func addAddress(_ prefix: IPPrefix, to index: Int32) -> LinkRequest {
        let address = AddressMessage(
            link: UInt32(bitPattern: index),
            prefix: prefix,
            broadcast: prefix.broadcast,
            flags: prefix.address.family == .v6 ? .withoutDetection : []
        )
        return LinkRequest(
            "add address \(prefix)",
            "to link \(index)",
            address.message(.newAddress, [.create, .exclusive])
        )
    }

    /// Removes an address from the link.
    public static func removeAddress(_ prefix: IPPrefix, from index: Int32) -> LinkRequest {
        let address = AddressMessage(link: UInt32(bitPattern: index), prefix: prefix)
        return LinkRequest(
            "remove address \(prefix)",
            "from link \(index)",
            address.message(.deleteAddress)
        )
    }

    /// Adds a route.
    public static func addRoute(_ route: Route) -> LinkRequest {
        LinkRequest(
            "add route to",
            route.description,
            route.message.message(.newRoute, [.create, .exclusive])
        )
    }

    /// Adds a route, or replaces the one to the same destination with the same priority.
    public static func replaceRoute(_ route: Route) -> LinkRequest {
        LinkRequest(
            "replace route to",
            route.description,
            route.message.message(.newRoute, [.create, .replace])
        )
    }

    /// Removes a route.
    public static func removeRoute(_ route: Route) -> LinkRequest {
        LinkRequest("remove route to", route.description, route.message.message(.deleteRoute))
    }

    /// Tells the kernel the hardware address of a neighbour for good.
    public static func addNeighbour(
        _ address: IPAddress,
        at mac: MACAddress,
        on index: Int32
    ) -> LinkRequest {
        let neighbour = NeighbourMessage(link: index, address: address, hardware: mac)
        return LinkRequest(
            "add neighbour \(address)",
            "on link \(index)",
            neighbour.message(.newNeighbour, [.create, .replace])
        )
    }
}
