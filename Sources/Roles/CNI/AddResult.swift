// SPDX-License-Identifier: Apache-2.0

package import Addressing
package import HostAPI
package import JSON
package import PCI

/// What ADD made, in the shape that the configuration's version wants.
///
/// Source: CNI specification 1.1.0 § 5, "Success"; 0.4.0 for the older shape.
package struct AddResult: Hashable, Sendable {
    package var function: PCIAddress
    package var interfaceName: String
    package var networkNamespace: String
    package var mac: MACAddress
    package var mtu: UInt32
    package var addresses: [Address]
    package var routes: [Route]

    package init(
        function: PCIAddress,
        interfaceName: String,
        networkNamespace: String,
        mac: MACAddress,
        mtu: UInt32,
        addresses: [Address],
        routes: [Route]
    ) {
        self.function = function
        self.interfaceName = interfaceName
        self.networkNamespace = networkNamespace
        self.mac = mac
        self.mtu = mtu
        self.addresses = addresses
        self.routes = routes
    }

    package struct Address: Hashable, Sendable {
        package var prefix: IPPrefix
        package var gateway: IPAddress?

        package init(prefix: IPPrefix, gateway: IPAddress?) {
            self.prefix = prefix
            self.gateway = gateway
        }
    }

    package struct Route: Hashable, Sendable {
        package var destination: IPPrefix
        package var gateway: IPAddress?

        package init(destination: IPPrefix, gateway: IPAddress?) {
            self.destination = destination
            self.gateway = gateway
        }
    }

    /// The result as the runtime reads it from standard output.
    ///
    /// `mtu` and `pciID` are new in 1.1.0 and left out before; `version` of an address went with
    /// 1.0.0.
    package func json(version: CNIVersion) -> JSONValue {
        var interface = JSONObject()
        interface["name"] = .string(interfaceName)
        interface["mac"] = .string(mac.description)
        interface["sandbox"] = .string(networkNamespace)
        if version >= .v1_1_0 {
            interface["mtu"] = JSONValue(integerLiteral: Int(mtu))
            interface["pciID"] = .string(function.description)
        }
        var result = JSONObject()
        result["cniVersion"] = .string(version.rawValue)
        result["interfaces"] = .array([.object(interface)])
        result["ips"] = .array(addresses.map { $0.json(version: version) })
        result["routes"] = .array(routes.map(\.json))
        result["dns"] = [:]
        return .object(result)
    }
}

extension AddResult.Address {
    fileprivate func json(version: CNIVersion) -> JSONValue {
        var object = JSONObject()
        if version < .v1_0_0 {
            object["version"] = prefix.address.family == .v4 ? "4" : "6"
        }
        object["address"] = .string(prefix.description)
        if let gateway { object["gateway"] = .string(gateway.description) }
        object["interface"] = 0
        return .object(object)
    }
}

extension AddResult.Route {
    fileprivate var json: JSONValue {
        var object = JSONObject()
        object["dst"] = .string(destination.description)
        if let gateway { object["gw"] = .string(gateway.description) }
        return .object(object)
    }
}

extension AddResult {
    /// The addresses and routes that the host agent answered.
    ///
    /// - Throws: code 999 when the agent's text is no address; both ends are ours.
    package static func parse(
        _ response: AttachResponse
    ) throws(CNIError) -> (addresses: [Address], routes: [Route]) {
        var addresses: [Address] = []
        for answer in response.addresses {
            guard let prefix = IPPrefix(answer.address) else { throw unreadable(answer.address) }
            addresses.append(Address(prefix: prefix, gateway: try parse(gateway: answer.gateway)))
        }
        var routes: [Route] = []
        for answer in response.routes {
            guard let destination = IPPrefix(answer.destination) else {
                throw unreadable(answer.destination)
            }
            let gateway = try parse(gateway: answer.gateway)
            routes.append(Route(destination: destination, gateway: gateway))
        }
        return (addresses, routes)
    }

    private static func parse(gateway text: String) throws(CNIError) -> IPAddress? {
        if text.isEmpty { return nil }
        guard let gateway = IPAddress(text) else { throw unreadable(text) }
        return gateway
    }

    private static func unreadable(_ text: String) -> CNIError {
        let text = text.debugDescription
        return CNIError(.internal, "the host agent answered \(text), which is not an address")
    }
}
