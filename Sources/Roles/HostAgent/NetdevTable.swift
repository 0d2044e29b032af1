// SPDX-License-Identifier: Apache-2.0

package import Addressing
import Addresses
package import Configuration
package import GRPC
package import PCI

/// The Netdevs of this node and what may become of them: a value without clock, files or tasks.
///
/// ```
///              allocate                    bind                     detach / expire
///    (none) ------------> wanted, no holder ----> wanted, held by c ---------------> unwanted
///       |                                             ^                                  |
///       +---------------------- bind -----------------+        port gone: forget         |
///       ^--------------------------------------------------------------------------------+
/// ```
package struct NetdevTable: Sendable {
    package private(set) var netdevs: [PCIAddress: NetdevRecord] = [:]
    private var cursors: [IPPrefix: IPAddress] = [:]
    private let assignsAddresses: Bool

    /// What a wish to hold a function leads to.
    package enum Binding: Hashable, Sendable {
        /// It is bound; this is its Netdev now.
        case bound(NetdevRecord)
        /// The port of its last holder is still being removed: wait.
        case dying
    }

    /// A table of these; without `assignsAddresses` somebody else chooses the pods' addresses.
    package init(_ netdevs: [NetdevRecord] = [], assignsAddresses: Bool = true) {
        self.assignsAddresses = assignsAddresses
        for netdev in netdevs {
            self.netdevs[netdev.function] = netdev
        }
    }

    /// The function's Netdev for a container that asks for it, made when there is none.
    ///
    /// - Throws: `FAILED_PRECONDITION` when another container holds it, `RESOURCE_EXHAUSTED` when
    ///   no address is free.
    package mutating func bind(
        _ function: PCIAddress,
        to holder: NetdevRecord.Holder,
        mac: MACAddress,
        in network: NetworkConfiguration,
        now: Int
    ) throws(Status) -> Binding {
        guard var netdev = netdevs[function] else {
            let made = try make(function, mac: mac, in: network, holder: holder, now: now)
            return .bound(made)
        }
        guard netdev.isWanted else { return .dying }
        if let other = netdev.holder, !other.isSame(as: holder) {
            let pod = other.pod.isEmpty ? "" : " of pod \(other.pod)"
            let text = "function \(function) is held by container \(other.containerID)\(pod)"
            throw Status(.failedPrecondition, text)
        }
        let fits = netdev.holder != nil || !assignsAddresses || netdev.fits(network)
        guard netdev.network == network.name, fits else {
            retire(function, now: now)  // the configuration has changed since it was made
            return .dying
        }
        guard netdev.holder == nil || netdev.mac != mac else { return .bound(netdev) }
        netdev.holder = holder
        netdev.mac = mac
        netdev.since = now
        netdevs[function] = netdev
        return .bound(netdev)
    }

    /// A Netdev without a holder, for a function that the kubelet has just chosen.
    ///
    /// - Returns: nil when there is one already: its holder is about to give it back, or it was
    ///   allocated before.
    package mutating func allocate(
        _ function: PCIAddress,
        mac: MACAddress,
        in network: NetworkConfiguration,
        now: Int
    ) throws(Status) -> NetdevRecord? {
        if var netdev = netdevs[function] {
            guard netdev.isWanted, netdev.holder == nil else { return nil }
            netdev.since = now
            netdev.mac = mac
            netdevs[function] = netdev
            return netdev
        }
        return try make(function, mac: mac, in: network, holder: nil, now: now)
    }

    /// The functions that a container gives back: the one named, or all it holds.
    ///
    /// A function that somebody else holds by now is not among them: a late DEL must not take it.
    package mutating func detach(
        containerID: String,
        interfaceName: String,
        now: Int
    ) -> [NetdevRecord] {
        let held = netdevs.values.filter { netdev in
            netdev.holder?.containerID == containerID
                && netdev.holder?.interfaceName == interfaceName
        }
        return held.compactMap { retire($0.function, now: now) }
    }

    /// Marks the function's port for removal; nil when there is none or it is marked already.
    @discardableResult
    package mutating func retire(_ function: PCIAddress, now: Int) -> NetdevRecord? {
        guard var netdev = netdevs[function], netdev.isWanted else { return nil }
        netdev.isWanted = false
        netdev.since = now
        netdevs[function] = netdev
        return netdev
    }

    /// Takes in a port that the server has and we do not know, so that it is removed.
    package mutating func adoptStray(
        _ function: PCIAddress,
        network: String,
        now: Int
    ) -> NetdevRecord? {
        guard netdevs[function] == nil else { return nil }
        let netdev = NetdevRecord(
            function: function,
            network: network,
            mac: .zero,
            addresses: [],
            holder: nil,
            isWanted: false,
            since: now
        )
        netdevs[function] = netdev
        return netdev
    }

    /// Gives the function's Netdev these addresses; nil when there is none.
    package mutating func assign(_ addresses: [IPPrefix], to function: PCIAddress) -> NetdevRecord?
    {
        netdevs[function]?.addresses = addresses
        return netdevs[function]
    }

    /// Forgets a Netdev whose port is gone; false when it changed meanwhile.
    package mutating func forget(_ netdev: NetdevRecord) -> Bool {
        guard !netdev.isWanted, netdevs[netdev.function] == netdev else { return false }
        netdevs[netdev.function] = nil
        return true
    }

    private mutating func make(
        _ function: PCIAddress,
        mac: MACAddress,
        in network: NetworkConfiguration,
        holder: NetdevRecord.Holder?,
        now: Int
    ) throws(Status) -> NetdevRecord {
        let taken = Set(netdevs.values.flatMap(\.addresses).map(\.address))
        var addresses: [IPPrefix] = []
        for subnet in assignsAddresses ? network.subnets : [] {
            guard let address = subnet.range.next(after: cursors[subnet.prefix], taken: taken)
            else {
                let text = "no address of \(subnet.prefix) is free in network \(network.name)"
                throw Status(.resourceExhausted, text)
            }
            cursors[subnet.prefix] = address.address
            addresses.append(address)
        }
        let netdev = NetdevRecord(
            function: function,
            network: network.name,
            mac: mac,
            addresses: addresses,
            holder: holder,
            isWanted: true,
            since: now
        )
        netdevs[function] = netdev
        return netdev
    }
}

extension NetdevRecord {
    /// Whether the addresses are those that `network` gives today.
    fileprivate func fits(_ network: NetworkConfiguration) -> Bool {
        addresses.count == network.subnets.count
            && zip(addresses, network.subnets).allSatisfy { address, subnet in
                address.length == subnet.prefix.length && subnet.range.allows(address.address)
            }
    }
}

extension NetworkConfiguration.Subnet {
    fileprivate var range: AddressRange {
        AddressRange(prefix: prefix, gateway: gateway, exclude: exclude)
    }
}
