// SPDX-License-Identifier: Apache-2.0

import Configuration
import DevicePlugin
import Devices
import TestSupport
import Testing

@Suite struct FunctionPoolNamesTests {
    @Test(arguments: [
        ("blue", "opi.example.com/blue", "PCIDEVICE_OPI_EXAMPLE_COM_BLUE"),
        ("net-1", "intel.com/sriov_net-A.1", "PCIDEVICE_INTEL_COM_SRIOV_NET_A_1"),
    ])
    func `socket and variable are named for network and resource`(
        _ network: String,
        _ resource: String,
        _ key: String
    ) throws {
        let scratch = try Scratch()
        let text = """
            {"version": 1, "opi": {"server": "unix:/x"}, "networks": [
              {"name": "\(network)", "resourceName": "\(resource)", "logicalBridge": {"vlan": 10},
               "deviceSelector": {"pciAddresses": []}}]}
            """
        let path = try scratch.write(text, to: "config.json")
        let configuration = try NodeConfiguration(contentsOf: path)
        let pool = try #require(FunctionPool.pools(of: configuration).first)
        #expect(pool.socketName == "opi-xpu-\(network).sock")
        #expect(pool.environmentKey == key)
    }
}
