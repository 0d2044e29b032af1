// SPDX-License-Identifier: Apache-2.0

import Addressing
import CNI
import HostAPI
import JSON
import PCI
import Testing

/// Against the specification's shapes: 1.1.0 and 1.0.0 § 5 "Success", 0.4.0 "Result".
@Suite struct AddResultTests {
    private let result: AddResult

    init() throws {
        result = AddResult(
            function: try #require(PCIAddress("0000:3b:00.2")),
            interfaceName: "eth0",
            networkNamespace: "/var/run/netns/blue",
            mac: try #require(MACAddress("99:88:77:66:55:44")),
            mtu: 1400,
            addresses: [
                .init(
                    prefix: try #require(IPPrefix("10.1.0.5/16")),
                    gateway: IPAddress("10.1.0.1")
                ), .init(prefix: try #require(IPPrefix("3ffe:ffff::5/64")), gateway: nil),
            ],
            routes: [
                .init(
                    destination: try #require(IPPrefix("0.0.0.0/0")),
                    gateway: IPAddress("10.1.0.1")
                ),
                .init(destination: try #require(IPPrefix("10.2.0.0/16")), gateway: nil),
            ]
        )
    }

    private static let routes =
        #""routes":[{"dst":"0.0.0.0/0","gw":"10.1.0.1"},{"dst":"10.2.0.0/16"}],"dns":{}"#

    private static let modern = """
        "ips":[{"address":"10.1.0.5/16","gateway":"10.1.0.1","interface":0},\
        {"address":"3ffe:ffff::5/64","interface":0}],\(routes)
        """

    private static let old = """
        "interfaces":[{"name":"eth0","mac":"99:88:77:66:55:44","sandbox":"/var/run/netns/blue"}],\
        "ips":[{"version":"4","address":"10.1.0.5/16","gateway":"10.1.0.1","interface":0},\
        {"version":"6","address":"3ffe:ffff::5/64","interface":0}],\(routes)
        """

    @Test(arguments: [
        (CNIVersion.v0_3_0, old), (.v0_3_1, old), (.v0_4_0, old),
        (
            .v1_0_0,
            """
            "interfaces":[{"name":"eth0","mac":"99:88:77:66:55:44",\
            "sandbox":"/var/run/netns/blue"}],\(modern)
            """
        ),
        (
            .v1_1_0,
            """
            "interfaces":[{"name":"eth0","mac":"99:88:77:66:55:44","sandbox":"/var/run/netns/blue",\
            "mtu":1400,"pciID":"0000:3b:00.2"}],\(modern)
            """
        ),
    ])
    func `has the shape of its version`(version: CNIVersion, body: String) {
        let text = String(decoding: result.json(version: version).encoded(), as: UTF8.self)
        #expect(text == #"{"cniVersion":"\#(version.rawValue)",\#(body)}"#)
    }

    @Test func `without addresses the lists are there and empty`() throws {
        var result = result
        (result.addresses, result.routes) = ([], [])
        let json = result.json(version: .v1_0_0)
        #expect(json["ips"] == [])
        #expect(json["routes"] == [])
    }

    @Test func `takes the host agent's text`() throws {
        var response = AttachResponse()
        response.addresses = [("10.1.0.5/16", "10.1.0.1"), ("3ffe:ffff::5/64", "")].map {
            var address = InterfaceAddress()
            (address.address, address.gateway) = $0
            return address
        }
        response.routes = [("0.0.0.0/0", "10.1.0.1"), ("10.2.0.0/16", "")].map {
            var route = InterfaceRoute()
            (route.destination, route.gateway) = $0
            return route
        }
        let (addresses, routes) = try AddResult.parse(response)
        #expect(addresses == result.addresses)
        #expect(routes == result.routes)
    }

    @Test(arguments: [
        ("10.1.0.5", "", "0.0.0.0/0", ""), ("10.1.0.5/33", "", "0.0.0.0/0", ""),
        ("10.1.0.5/16", "10.1.0.1/16", "0.0.0.0/0", ""), ("10.1.0.5/16", "", "default", ""),
        ("10.1.0.5/16", "", "0.0.0.0/0", "gw"),
    ])
    func `and refuses what is no address`(texts: (String, String, String, String)) {
        var response = AttachResponse()
        var address = InterfaceAddress()
        (address.address, address.gateway) = (texts.0, texts.1)
        var route = InterfaceRoute()
        (route.destination, route.gateway) = (texts.2, texts.3)
        (response.addresses, response.routes) = ([address], [route])
        let error = #expect(throws: CNIError.self) { _ = try AddResult.parse(response) }
        #expect(error?.code == .internal)
    }
}
