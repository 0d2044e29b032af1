// SPDX-License-Identifier: Apache-2.0

import Addressing
import JSON
import PCI

extension DPUNetwork.Spec {
    init(_ node: JSONNode) throws(JSONShapeError) {
        priority = try node.optional("priority")?.integer(in: Int.min...Int.max) ?? 0
        nodeSelector = try node.optional("nodeSelector")?.texts() ?? [:]
        pciAddresses = try Self.functions(node.required("deviceSelector"))
        resourceName = try node.optional("resourceName")?
            .parsed(as: "a resource name such as example.com/net", Self.resource)
        interfaceRole = try node.optional("interfaceRole")?.word() ?? .secondary
        mtu = try node.optional("mtu")?.integer(in: UInt32(68)...65_535)
        let bridge = try node.required("logicalBridge")
        vlan = try bridge.required("vlan").integer(in: UInt32(1)...4094)
        vni = try bridge.optional("vni")?.integer(in: UInt32(1)...16_777_215)
        subnets = try Self.subnets(node.optional("ipam"))
        routes = nil
        if try node.optional("routes") != nil {
            routes = try node.list("routes", PodRoute.init)
        }
    }

    var object: JSONObject {
        var object: JSONObject = ["priority": .integer(priority)]
        object["nodeSelector"] = .texts(nodeSelector)
        let functions = pciAddresses.map(JSONValue.described)
        object["deviceSelector"] = .object(["pciAddresses": .array(functions)])
        object["resourceName"] = resourceName.map(JSONValue.string)
        object["interfaceRole"] = .string(interfaceRole.rawValue)
        object["mtu"] = mtu.map(JSONValue.integer)
        var bridge: JSONObject = ["vlan": .integer(vlan)]
        bridge["vni"] = vni.map(JSONValue.integer)
        object["logicalBridge"] = .object(bridge)
        object["ipam"] = JSONValue.list(subnets.map(\.json)).map { .object(["subnets": $0]) }
        object["routes"] = routes.map { .array($0.map(\.json)) }
        return object
    }

    private static func functions(_ selector: JSONNode) throws(JSONShapeError) -> [PCIAddress] {
        let list = try selector.required("pciAddresses")
        let count = try list.elements().count
        guard (1...4096).contains(count) else {
            throw list.invalid(expected: "a list of 1 to 4096 PCI addresses")
        }
        return try selector.list("pciAddresses") { (item) throws(JSONShapeError) in
            try item.function()
        }
    }

    /// One `/` with something on both sides; the server's schema knows the rest.
    private static func resource(_ text: String) -> String? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count == 2 && !parts.contains("") ? text : nil
    }

    private static func subnets(_ ipam: JSONNode?) throws(JSONShapeError) -> [DPUNetwork.Subnet] {
        var subnets: [DPUNetwork.Subnet] = []
        for node in try ipam?.required("subnets").elements() ?? [] {
            let subnet = try DPUNetwork.Subnet(node)
            let family = subnet.cidr.address.family
            if subnets.contains(where: { $0.cidr.address.family == family }) {
                throw node.invalid(expected: "the only subnet of its family")
            }
            subnets.append(subnet)
        }
        return subnets
    }
}

extension DPUNetwork.Subnet {
    init(_ node: JSONNode) throws(JSONShapeError) {
        let cidr = try node.required("cidr").prefix().canonical
        self.cidr = cidr
        gateway = try node.optional("gateway")?.parsed(as: "an address in \(cidr)") {
            IPAddress($0).flatMap { cidr.contains($0) ? $0 : nil }
        }
        exclude = try node.list("exclude") { (item) throws(JSONShapeError) in try item.prefix() }
        let lengths = cidr.length...cidr.address.family.bitWidth
        perNodeBlock = try node.optional("perNodeBlock")?.integer(in: lengths)
    }

    fileprivate var json: JSONValue {
        var object: JSONObject = ["cidr": .described(cidr)]
        object["gateway"] = gateway.map(JSONValue.described)
        object["exclude"] = .list(exclude.map(JSONValue.described))
        object["perNodeBlock"] = perNodeBlock.map(JSONValue.integer)
        return .object(object)
    }
}
