// SPDX-License-Identifier: Apache-2.0

import Addressing
import Configuration
import Connections
import Foundation
import PCI
import TestSupport
import Testing

@Suite struct NodeConfigurationTests {
    private static let complete = """
        {"version": 1, "node": "node-a",
         "opi": {"server": "unix:/run/opi.sock", "callTimeoutSeconds": 2, "resyncSeconds": 30},
         "paths": {"run": "/run/x", "sysfs": "/tmp/sys", "devicePlugins": "/tmp/plugins"},
         "functionIdentity": "alias",
         "networks": [
           {"name": "blue", "resourceName": "opi.example.com/blue",
            "logicalBridge": {"vlan": 10, "vni": 10010}, "mtu": 1400,
            "ipam": {"subnets": [
              {"cidr": "10.10.0.0/24", "gateway": "10.10.0.1", "exclude": ["10.10.0.128/25"]},
              {"cidr": "fd00:10::/64", "gateway": "fd00:10::1"}]},
            "deviceSelector": {"pciAddresses": ["0000:3b:00.2", "0000:3b:00.3"]}},
           {"name": "green", "logicalBridge": {"vlan": 20},
            "routes": [{"dst": "10.0.0.0/8"}],
            "deviceSelector": {"pciAddresses": ["0000:3b:00.4"]}}]}
        """

    /// Reads a configuration from a file, as the roles do.
    private func read(_ text: String) throws -> NodeConfiguration {
        let file = FileManager.default.temporaryDirectory
            .appendingPathComponent("opi-xpu-\(UUID().uuidString).json")
        try Data(text.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        return try NodeConfiguration(contentsOf: file.path)
    }

    /// What is wrong with a configuration, as a person reads it.
    private func complaint(about text: String) throws -> String {
        "\(try #require(throws: ConfigurationError.self) { try read(text) })"
    }

    @Test func `reads every key`() throws {
        let configuration = try read(Self.complete)
        #expect(configuration.node == "node-a")
        #expect(configuration.opi?.server.description == "unix:/run/opi.sock")
        #expect(configuration.opi?.callTimeout == .seconds(2))
        #expect(configuration.opi?.resyncInterval == .seconds(30))
        #expect(configuration.paths.hostAgentSocket == "/run/x/host-agent.sock")
        #expect(configuration.functionIdentity == .alias)
        let blue = try #require(configuration.networks.first)
        #expect(blue.vlan == 10)
        #expect(blue.vni == 10010)
        #expect(blue.mtu == 1400)
        #expect(blue.subnets.map(\.prefix.description) == ["10.10.0.0/24", "fd00:10::/64"])
        #expect(blue.subnets.first?.exclude.map(\.description) == ["10.10.0.128/25"])
        #expect(blue.routes.map(\.destination.description) == ["0.0.0.0/0", "::/0"])
        #expect(blue.routes.map { $0.gateway?.description } == ["10.10.0.1", "fd00:10::1"])
        #expect(blue.devices.map(\.description) == ["0000:3b:00.2", "0000:3b:00.3"])
        let green = try #require(configuration.networks.last)
        #expect(
            green.routes == [.init(destination: try #require(IPPrefix("10.0.0.0/8")), gateway: nil)]
        )
        #expect(green.subnets.isEmpty && green.vni == nil && green.resourceName == nil)
    }

    /// The same configuration as a person writes it.
    @Test func `YAML says the same`() throws {
        let yaml = """
            # One file for host agent and device plugin.
            version: 1
            node: node-a
            opi: {server: unix:/run/opi.sock, callTimeoutSeconds: 2, resyncSeconds: 30}
            paths:
              run: /run/x
              sysfs: /tmp/sys
              devicePlugins: /tmp/plugins
            functionIdentity: alias
            networks:
            - name: blue
              resourceName: opi.example.com/blue
              logicalBridge: {vlan: 10, vni: 10010}
              mtu: 1400
              ipam:
                subnets:
                - cidr: 10.10.0.0/24
                  gateway: 10.10.0.1
                  exclude: [10.10.0.128/25]
                - cidr: fd00:10::/64
                  gateway: fd00:10::1
              deviceSelector:
                pciAddresses:
                - 0000:3b:00.2
                - "0000:3b:00.3"
            - name: green
              logicalBridge:
                vlan: 20
              routes:
              - dst: 10.0.0.0/8
              deviceSelector: {pciAddresses: ["0000:3b:00.4"]}
            """
        #expect(try read(yaml) == read(Self.complete))
        let wrong = yaml.replacingOccurrences(of: "mtu: 1400", with: "mtu: '1400'")
        let part = "networks[0].mtu: a number is expected, not a string"
        #expect(try complaint(about: wrong).contains(part))
        let twice = yaml.replacingOccurrences(of: "mtu: 1400", with: "name: red")
        #expect(try complaint(about: twice).contains(#"14:3: the key "name" occurs twice"#))
    }

    @Test func `the examples of the README are ones`() throws {
        let readme = try String(contentsOf: Peer.root.appending(path: "README.md"), encoding: .utf8)
        let blocks = readme.components(separatedBy: "```").filter { $0.hasPrefix("yaml\n") }
        let example = try #require(blocks.first).dropFirst("yaml\n".count)
        let network = try #require(try read(String(example)).networks.first)
        #expect(network.vni == 10010 && network.devices.count == 2)
        let files = blocks.map { String($0.dropFirst("yaml\n".count)) }
        let node = try #require(files.first { $0.contains("kubernetes:") && $0.contains("node:") })
        guard case .cluster(let options) = try read(node).topology else {
            Issue.record("not a cluster")
            return
        }
        #expect(options.kubeconfig == "/etc/opi-xpu/kubeconfig")
        let scratch = try Scratch()
        let card = try #require(files.first { $0.contains("heartbeat:") })
        let path = try scratch.write(card, to: "xpu-agent.yaml")
        #expect(try XPUConfiguration(contentsOf: path).xpu == "card-1")
    }

    @Test func `the default is YAML, or JSON where there is only that`() throws {
        let scratch = try Scratch()
        let (yaml, json) = (scratch["config.yaml"], scratch["config.json"])
        #expect(try NodeConfiguration.defaultPath(in: scratch.path) == yaml)
        try scratch.write(Self.complete, to: "config.json")
        #expect(try NodeConfiguration.defaultPath(in: scratch.path) == json)
        try scratch.write(Self.complete, to: "config.yaml")
        #expect(try NodeConfiguration.defaultPath(in: scratch.path) == yaml)
        let error = #expect(throws: ConfigurationError.self) {
            try NodeConfiguration.defaultPath(in: "/" + String(repeating: "x", count: 300))
        }
        #expect("\(try #require(error))".contains("config.yaml cannot be read"))
    }

    @Test func `fills in the rest`() throws {
        let configuration = try read(
            #"{"version": 1, "opi": {"server": "card:50151"}, "networks": []}"#
        )
        #expect(!configuration.node.isEmpty)
        #expect(configuration.opi?.callTimeout == .seconds(5))
        #expect(configuration.paths.run == "/run/opi-xpu")
        #expect(configuration.paths.sysfs == "/sys")
        #expect(configuration.paths.devicePlugins == "/var/lib/kubelet/device-plugins")
        #expect(configuration.functionIdentity == .parent)
    }

    @Test(arguments: [
        (#""version": 1"#, #""version": 2"#, "version: 2 is not a whole number from 1 to 1"),
        (
            #""unix:/run/opi.sock""#, #""nonsense""#,
            #"opi.server: "nonsense" is not host:port or unix:/path"#
        ),
        (#""version": 1, "#, "", "version is missing"),
        (#""node": "node-a""#, #""node": """#, #"node: "" is not a text that is not empty"#),
        (#""mtu": 1400"#, #""mtu": 70000"#, "networks[0].mtu: 70000 is not a whole number"),
        (#""mtu""#, #""mut""#, "networks[0].mut is not a known key"),
        (#""vlan": 10,"#, #""vlan": 4095,"#, "networks[0].logicalBridge.vlan: 4095"),
        (#""vlan": 10,"#, #""vlan": "10","#, "vlan: a number is expected, not a string"),
        ("10.10.0.0/24", "10.10.0.0", #"subnets[0].cidr: "10.10.0.0" is not a CIDR"#),
        (#""10.10.0.1""#, #""10.11.0.1""#, "is not an address in 10.10.0.0/24"),
        ("fd00:10::/64", "10.20.0.0/24", "is not an address in"),
        ("0000:3b:00.3", "3b:00.3", "pciAddresses[1]: \"3b:00.3\" is not a PCI address"),
        ("0000:3b:00.4", "0000:3b:00.2", "is not in one network only"),
        (#""green""#, #""blue""#, "networks[1]: \"blue\" is not used only once"),
        (#""blue","#, #""Blue","#, "is not a lower-case DNS label"),
        ("opi.example.com/blue", "blue", "is not a resource name"),
        (#""/run/x""#, #""run/x""#, "paths.run: \"run/x\" is not an absolute path"),
        (#""alias""#, #""mac""#, "is not parent or alias"),
    ])
    func `names the place of a mistake`(good: String, bad: String, part: String) throws {
        #expect(Self.complete.contains(good))
        let text = Self.complete.replacingOccurrences(of: good, with: bad)
        let complaint = try complaint(about: text)
        #expect(complaint.contains(part), "\(complaint)")
    }

    @Test func `refuses what it cannot read`() throws {
        let missing = try #require(throws: ConfigurationError.self) {
            try NodeConfiguration(contentsOf: "/nonexistent/config.json")
        }
        #expect("\(missing)".contains("/nonexistent/config.json cannot be read"))
        #expect(try complaint(about: "{").contains("is not valid YAML: 2:1: "))
        #expect(try complaint(about: "a: b: c").contains("is not valid YAML: 1:5: "))
        #expect(try complaint(about: "").hasSuffix("is not valid YAML: there is no document"))
        #expect(try complaint(about: "[]").contains("the document: an object is expected"))
    }
}
