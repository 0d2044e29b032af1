// SPDX-License-Identifier: Apache-2.0

public import Addressing
import JSON
public import PCI

/// A network of the sandbox, which an administrator would write as a DPUNetwork.
public struct SandboxNetwork: Hashable, Sendable {
    /// As the DPUNetwork is called.
    public let name: String
    /// The VLAN of its logical bridge.
    public let vlan: Int
    /// Functions that belong to it.
    public let functions: Int

    /// What pods ask for.
    public var resourceName: String { "opi.example.com/\(name)" }
    /// The IPv4 prefix of its addresses, without the last octet.
    var prefix4: String { "10.\(vlan).0" }
    /// The IPv6 prefix, without the last part.
    var prefix6: String { "fd00:\(vlan):" }
}

/// One function of the card: a veth pair, of which the card has the other end.
public struct SandboxFunction: Hashable, Sendable {
    /// Its address on host and card.
    public let pci: PCIAddress
    /// Its name in the host's namespace.
    public let interface: String
    /// Its hardware address.
    public let mac: MACAddress
    /// The other end, in the card's namespace.
    public let representor: String
    /// The network it belongs to.
    public let network: String
    /// Its number among the PF's.
    public let index: Int
    /// The NUMA node that sysfs tells.
    public let numaNode: Int
}

/// What a sandbox consists of.
public struct SandboxPlan: Sendable {
    /// Where it is.
    public let place: SandboxPlace
    /// The networks.
    public let networks: [SandboxNetwork]
    /// The program with the roles.
    public let product: String
    /// The program with the parts: ourselves.
    public let parts: String
    /// The folder of the shipped manifests.
    public let manifests: String

    /// Functions that one PF of the sandbox has at most: what fits a bus beside it.
    public static let functionLimit = 250

    /// The node's name in the cluster.
    public static let node = "node-a"
    /// The card's name in the cluster.
    public static let xpu = "card-1"

    /// A sandbox with the networks blue and green, which has a quarter of the functions.
    ///
    /// - Throws: ``SandboxError/tooManyFunctions(_:limit:)``.
    public init(
        _ place: SandboxPlace,
        functions: Int,
        product: String,
        parts: String,
        manifests: String
    ) throws(SandboxError) {
        guard (2...Self.functionLimit).contains(functions) else {
            throw .tooManyFunctions(functions, limit: Self.functionLimit)
        }
        let green = max(1, functions / 4)
        networks = [
            SandboxNetwork(name: "blue", vlan: 10, functions: functions - green),
            SandboxNetwork(name: "green", vlan: 20, functions: green),
        ]
        self.place = place
        self.product = product
        self.parts = parts
        self.manifests = manifests
    }

    /// What a later command must know to start a part again.
    var memo: [UInt8] {
        let document: JSONValue = [
            "functions": .number(JSONNumber(networks.map(\.functions).reduce(0, +))),
            "product": .string(product), "parts": .string(parts),
            "manifests": .string(manifests),
        ]
        return document.encoded()
    }

    init(_ place: SandboxPlace, memo: [UInt8]) throws {
        let node = JSONNode(try JSONValue(parsing: memo))
        try self.init(
            place,
            functions: try node.required("functions").integer(in: 2...Self.functionLimit),
            product: try node.required("product").text(),
            parts: try node.required("parts").text(),
            manifests: try node.required("manifests").text()
        )
    }

    /// The PF, which the card's functions belong to.
    public var physicalFunction: PCIAddress { address(0, 0) }

    /// The card's functions in the order of their numbers.
    public var functions: [SandboxFunction] {
        var functions: [SandboxFunction] = []
        for network in networks {
            for _ in 0..<network.functions {
                functions.append(function(functions.count, network.name))
            }
        }
        return functions
    }

    private func function(_ index: Int, _ network: String) -> SandboxFunction {
        let (device, number) = (index + 2).quotientAndRemainder(dividingBy: 8)
        let high = UInt8(place.number >> 8)
        let low = UInt8(truncatingIfNeeded: place.number)
        // Locally administered, unicast.
        let mac = MACAddress(octets: [2, high, low, 1, 0, UInt8(index)])
        return SandboxFunction(
            pci: address(device, number),
            interface: "vf\(index)",
            mac: mac ?? .zero,
            representor: "rep\(index)",
            network: network,
            index: index,
            numaNode: index % 2
        )
    }

    /// A function that is lost is looked for in every namespace of the machine, so each sandbox has
    /// a PCI domain of its own, which no real card has: domains of devices behind a host bridge are
    /// small.
    private func address(_ device: Int, _ number: Int) -> PCIAddress {
        let domain = String(Int(place.number) + 0x10000, radix: 16).dropFirst()
        let slot = String(device + 0x100, radix: 16).dropFirst()
        guard let address = PCIAddress("\(domain):01:\(slot).\(number)") else {
            preconditionFailure("device \(device), function \(number) is no PCI address")
        }
        return address
    }
}
