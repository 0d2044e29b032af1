// SPDX-License-Identifier: Apache-2.0

import Addressing
import Configuration
import HostAPI
import HostAgent
import PCI
import TestSupport
import Testing

/// Networks and requests for the tests of this module.
struct Fixture {
    let scratch: Scratch
    let configuration: NodeConfiguration

    /// Two networks; the first has six addresses of one family unless `subnets` says otherwise.
    init(
        server: String = "unix:/nonexistent",
        subnets: String = #"{"cidr": "10.0.0.0/29"}"#,
        identity: String = "alias"
    ) throws {
        scratch = try Scratch()
        let text = """
            {"version": 1, "node": "node-a", "opi": {"server": "\(server)", "resyncSeconds": 1},
             "paths": {"run": "\(scratch["run"])"}, "functionIdentity": "\(identity)",
             "networks": [
               {"name": "blue", "resourceName": "opi.example.com/blue",
                "logicalBridge": {"vlan": 10, "vni": 10010}, "ipam": {"subnets": [\(subnets)]},
                "deviceSelector": {"pciAddresses": [\(Self.devices(0..<16))]}},
               {"name": "green", "logicalBridge": {"vlan": 20},
                "ipam": {"subnets": [{"cidr": "10.1.0.0/24", "gateway": "10.1.0.1"}]},
                "deviceSelector": {"pciAddresses": [\(Self.devices(16..<20))]}}]}
            """
        let path = try scratch.write(text, to: "config.json")
        configuration = try NodeConfiguration(contentsOf: path)
    }

    private static func devices(_ range: Range<Int>) -> String {
        range.map { "\"\(text($0))\"" }.joined(separator: ", ")
    }

    private static func text(_ index: Int) -> String {
        "0000:3b:\(index < 8 ? "00" : index < 16 ? "01" : "02").\(index % 8)"
    }

    var blue: NetworkConfiguration { configuration.networks[0] }
    var green: NetworkConfiguration { configuration.networks[1] }

    /// The function numbered `index`; those below 16 belong to the first network.
    func function(_ index: Int) throws -> PCIAddress {
        try #require(PCIAddress(Self.text(index)))
    }

    func mac(_ index: Int) throws -> MACAddress {
        try #require(MACAddress(octets: [2, 0, 0, 0, 0, UInt8(index)]))
    }

    func request(_ index: Int, _ container: String) throws -> AttachRequest {
        var request = AttachRequest()
        request.deviceID = Self.text(index)
        request.containerID = container
        request.interfaceName = "eth0"
        request.macAddress = try mac(index).octets
        return request
    }

    func holder(_ container: String) throws -> NetdevRecord.Holder {
        NetdevRecord.Holder(try request(0, container))
    }
}
