// SPDX-License-Identifier: Apache-2.0

public import Addressing
import JSON
public import PCI

/// One network of the configuration file; the names are those of a DPUNetwork's spec.
public struct NetworkConfiguration: Hashable, Sendable {
    /// The network's name: lower-case letters, digits and `-`.
    public var name: String

    /// The extended resource that pods ask for, `domain/name`; nil when it is not advertised.
    public var resourceName: String?

    /// VLAN of the logical bridge, 1 to 4094.
    public var vlan: UInt32

    /// VXLAN network identifier of the logical bridge, 1 to 16777215; nil without an overlay.
    public var vni: UInt32?

    /// MTU of the function in the pod, nil to keep the function's own.
    public var mtu: UInt32?

    /// Where addresses come from, one of each wanted family.
    public var subnets: [Subnet]

    /// Routes in the pod; a default route per gateway when the file has none.
    public var routes: [Route]

    /// The functions that belong to the network.
    public var devices: [PCIAddress]

    /// A range of addresses.
    public struct Subnet: Hashable, Sendable {
        /// The range, host bits zero.
        public var prefix: IPPrefix
        /// The address of the router, never given to a pod.
        public var gateway: IPAddress?
        /// Ranges that are not ours to give.
        public var exclude: [IPPrefix]

        /// A range of addresses.
        public init(prefix: IPPrefix, gateway: IPAddress?, exclude: [IPPrefix]) {
            self.prefix = prefix
            self.gateway = gateway
            self.exclude = exclude
        }
    }

    /// A route in the pod.
    public struct Route: Hashable, Sendable {
        /// Where it leads.
        public var destination: IPPrefix
        /// The router; nil when the destination is on the link.
        public var gateway: IPAddress?

        /// A route to `destination`.
        public init(destination: IPPrefix, gateway: IPAddress?) {
            self.destination = destination
            self.gateway = gateway
        }
    }
}

extension NetworkConfiguration {
    /// A network; without `routes` there is a default route through each gateway, and a route
    /// without a router takes its family's gateway.
    public init(
        name: String,
        resourceName: String?,
        vlan: UInt32,
        vni: UInt32?,
        mtu: UInt32?,
        subnets: [Subnet],
        routes: [Route]?,
        devices: [PCIAddress]
    ) {
        self.name = name
        self.resourceName = resourceName
        self.vlan = vlan
        self.vni = vni
        self.mtu = mtu
        self.subnets = subnets
        self.routes = Self.complete(routes, subnets: subnets)
        self.devices = devices
    }

    init(_ node: JSONNode) throws(JSONShapeError) {
        try node.allow([
            "name", "resourceName", "logicalBridge", "mtu", "ipam", "routes", "deviceSelector",
        ])
        name = try node.required("name").parsed(as: "a lower-case DNS label", Self.label)
        resourceName = try node.optional("resourceName")?
            .parsed(as: "a resource name such as example.com/net", Self.resource)
        let bridge = try node.required("logicalBridge")
        try bridge.allow(["vlan", "vni"])
        vlan = UInt32(try bridge.required("vlan").integer(in: 1...4094))
        vni = try bridge.optional("vni")?.integer(in: 1...16_777_215).magnitude.narrowed
        mtu = try node.optional("mtu")?.integer(in: 68...65_535).magnitude.narrowed
        subnets = try Self.subnets(node.optional("ipam"))
        routes = try Self.routes(node.optional("routes"), subnets: subnets)
        let selector = try node.required("deviceSelector")
        try selector.allow(["pciAddresses"])
        devices = []
        for device in try selector.required("pciAddresses").elements() {
            devices.append(try device.parsed(as: "a PCI address") { PCIAddress($0) })
        }
    }

    private static func subnets(_ ipam: JSONNode?) throws(JSONShapeError) -> [Subnet] {
        try ipam?.allow(["subnets"])
        var subnets: [Subnet] = []
        for node in try ipam?.required("subnets").elements() ?? [] {
            try node.allow(["cidr", "gateway", "exclude"])
            let prefix = try node.required("cidr").parsed(as: "a CIDR") { IPPrefix($0) }.canonical
            let gateway = try node.optional("gateway")?.parsed(as: "an address in \(prefix)") {
                IPAddress($0).flatMap { prefix.contains($0) ? $0 : nil }
            }
            var exclude: [IPPrefix] = []
            for range in try node.optional("exclude")?.elements() ?? [] {
                exclude.append(try range.parsed(as: "a CIDR") { IPPrefix($0) })
            }
            if subnets.contains(where: { $0.prefix.address.family == prefix.address.family }) {
                throw node.invalid(expected: "the only subnet of its family")
            }
            subnets.append(Subnet(prefix: prefix, gateway: gateway, exclude: exclude))
        }
        return subnets
    }

    private static func routes(
        _ list: JSONNode?,
        subnets: [Subnet]
    ) throws(JSONShapeError) -> [Route] {
        guard let list else { return complete(nil, subnets: subnets) }
        var routes: [Route] = []
        for node in try list.elements() {
            try node.allow(["dst", "gw"])
            let destination = try node.required("dst").parsed(as: "a CIDR") { IPPrefix($0) }
            let gateway = try node.optional("gw")?.parsed(as: "an IP address") { IPAddress($0) }
            routes.append(Route(destination: destination, gateway: gateway))
        }
        return complete(routes, subnets: subnets)
    }

    private static func complete(_ routes: [Route]?, subnets: [Subnet]) -> [Route] {
        let gateways = subnets.compactMap(\.gateway)
        guard let routes else {
            return gateways.map { Route(destination: .all($0.family), gateway: $0) }
        }
        return routes.map { route in
            let usual = gateways.first { $0.family == route.destination.address.family }
            return Route(
                destination: route.destination.canonical,
                gateway: route.gateway ?? usual
            )
        }
    }

    /// RFC 1123 label: lower-case letters, digits, `-`, at most 63.
    private static func label(_ text: String) -> String? {
        let letters = text.utf8.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "-") }
        let ends = [text.utf8.first, text.utf8.last].compactMap(\.self)
        let fits = letters && (1...63).contains(text.utf8.count) && ends.allSatisfy(isLetterOrDigit)
        return fits ? text : nil
    }

    /// Kubernetes extended resource: `domain/name`.
    private static func resource(_ text: String) -> String? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        let allowed = Set("-._".utf8)
        let fits = parts.allSatisfy { part in
            let bytes = part.utf8
            guard let first = bytes.first, let last = bytes.last, bytes.count <= 63 else {
                return false
            }
            return [first, last].allSatisfy { isLetterOrDigit($0 | 0x20) }
                && bytes.allSatisfy { isLetterOrDigit($0 | 0x20) || allowed.contains($0) }
        }
        return fits ? text : nil
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}

extension IPPrefix {
    /// The prefix of everything, `0.0.0.0/0` or `::/0`.
    fileprivate static func all(_ family: IPAddress.Family) -> IPPrefix {
        let zero: IPAddress = family == .v4 ? .v4(0) : .v6(0)
        guard let prefix = IPPrefix(zero, length: 0) else {
            preconditionFailure("a length of 0 fits every family")
        }
        return prefix
    }
}

extension UInt {
    /// The value as 32 bits; the caller has checked the range.
    fileprivate var narrowed: UInt32 { UInt32(self) }
}
