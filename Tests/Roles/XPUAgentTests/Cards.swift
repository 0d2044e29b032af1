// SPDX-License-Identifier: Apache-2.0

import Addressing
import PCI
import Resources
import Testing

/// Netdevs and networks for the tests of this module.
enum Cards {
    static func netdev(_ index: Int, ips: [String] = []) throws -> Netdev {
        var netdev = Netdev(
            namespace: "opi-xpu",
            spec: Netdev.Spec(
                nodeName: "node-a",
                xpuRef: "card-1",
                pciAddress: try #require(PCIAddress("0000:3b:00.\(index % 8)")),
                macAddress: try #require(MACAddress(octets: [2, 0, 0, 0, 0, UInt8(index % 256)])),
                networkRef: "blue"
            )
        )
        netdev.metadata.uid = "uid-\(index)"
        netdev.metadata.generation = 3
        netdev.status.ips = try ips.map { try #require(IPPrefix($0)) }
        return netdev
    }

    static func network(
        _ cidrs: [String] = ["10.0.0.0/24"],
        gateway: String? = "10.0.0.1",
        exclude: [String] = [],
        block: Int? = nil
    ) throws -> DPUNetwork {
        let subnets = try cidrs.enumerated().map { index, cidr in
            DPUNetwork.Subnet(
                cidr: try #require(IPPrefix(cidr)),
                gateway: index == 0 ? try gateway.map { try #require(IPAddress($0)) } : nil,
                exclude: try exclude.map { try #require(IPPrefix($0)) },
                perNodeBlock: block
            )
        }
        return DPUNetwork(
            metadata: ObjectMeta(name: "blue"),
            spec: DPUNetwork.Spec(pciAddresses: [], vlan: 10, subnets: subnets)
        )
    }

    static func prefixes(_ texts: String...) throws -> [IPPrefix] {
        try texts.map { try #require(IPPrefix($0)) }
    }
}
