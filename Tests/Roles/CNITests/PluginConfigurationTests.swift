// SPDX-License-Identifier: Apache-2.0

import CNI
import Configuration
import JSON
import PCI
import Testing

@Suite struct PluginConfigurationTests {
    private func read(_ text: String) throws -> PluginConfiguration {
        var version = CNIVersion.latest
        return try PluginConfiguration(parsing: Array(text.utf8), version: &version)
    }

    private func error(_ text: String) -> CNIError? {
        #expect(throws: CNIError.self) { _ = try read(text) }
    }

    @Test func `tells the version even of a configuration that it refuses`() {
        var version = CNIVersion.latest
        let text = #"{"cniVersion": "0.4.0"}"#
        #expect(throws: CNIError.self) {
            try PluginConfiguration(parsing: Array(text.utf8), version: &version)
        }
        #expect(version == .v0_4_0)
    }

    @Test func `reads every key`() throws {
        let configuration = try read(
            """
            {"cniVersion": "1.1.0", "name": "blue", "dns": {}, "prevResult": {},
             "runDirectory": "/run/x", "sysfs": "/tmp/sys", "functionIdentity": "alias",
             "timeoutSeconds": 5, "deviceID": "0000:3b:00.3",
             "runtimeConfig": {"deviceID": "0000:3b:00.2", "portMappings": []},
             "cni.dev/valid-attachments": [{"containerID": "c1", "ifname": "eth0"}]}
            """
        )
        #expect(configuration.version == .v1_1_0)
        #expect(configuration.name == "blue")
        #expect(configuration.function?.description == "0000:3b:00.2")
        #expect(configuration.runDirectory == "/run/x")
        #expect(configuration.sysfs == "/tmp/sys")
        #expect(configuration.functionIdentity == .alias)
        #expect(configuration.timeout == .seconds(5))
        #expect(configuration.validAttachments?.map(\.containerID) == ["c1"])
        #expect(configuration.validAttachments?.map(\.interfaceName) == ["eth0"])
    }

    @Test func `fills in the rest`() throws {
        let configuration = try read(#"{"cniVersion": "0.3.1", "name": "blue"}"#)
        #expect(configuration.function == nil)
        #expect(configuration.runDirectory == "/run/opi-xpu")
        #expect(configuration.sysfs == "/sys")
        #expect(configuration.functionIdentity == .parent)
        #expect(configuration.timeout == .seconds(60))
        #expect(configuration.validAttachments == nil)
    }

    @Test func `an empty list of attachments is not an absent one`() throws {
        let text = #"{"cniVersion": "1.1.0", "name": "x", "cni.dev/valid-attachments": []}"#
        #expect(try read(text).validAttachments?.isEmpty == true)
    }

    @Test func `a function of the configuration serves when the runtime names none`() throws {
        let text = #"{"cniVersion": "1.0.0", "name": "x", "deviceID": "0000:3b:00.3", "#
        #expect(try read(text + #""runtimeConfig": {}}"#).function?.description == "0000:3b:00.3")
        #expect(
            try read(text + #""runtimeConfig": null}"#).function?.description == "0000:3b:00.3"
        )
    }

    @Test(arguments: CNIVersion.allCases)
    func `takes every version we speak`(version: CNIVersion) throws {
        let text = #"{"cniVersion": "\#(version.rawValue)", "name": "x"}"#
        #expect(try read(text).version == version)
    }

    @Test(arguments: [
        (#""0.2.0""#, "CNI version 0.2.0 is not supported; supported are 0.3.0, 0.3.1, "),
        (#""1.2.0""#, "CNI version 1.2.0 is not supported"),
        (#""1.1""#, "CNI version 1.1 is not supported"),
        ("null", "CNI version 0.1.0 is not supported"),
    ])
    func `refuses another with code 1`(version: String, message: String) {
        let error = error(#"{"cniVersion": \#(version), "name": "x"}"#)
        #expect(error?.code == .incompatibleVersion)
        #expect(error?.message.hasPrefix(message) == true, "\(error?.message ?? "")")
    }

    @Test(arguments: [
        "", "{", "nonsense", #"{"cniVersion": "1.0.0", "name": "x"} x"#, "\u{feff}{}", "{\"a\":1,}",
    ])
    func `refuses what is not JSON with code 6`(text: String) {
        let error = error(text)
        #expect(error?.code == .undecodable)
        #expect(error?.message.hasPrefix("the network configuration is not JSON: ") == true)
    }

    @Test(arguments: [
        ("[]", "an object is expected"), (#"{"cniVersion": 1}"#, "cniVersion: a string"),
        (#"{"cniVersion": "1.0.0"}"#, "name is missing"),
        (#"{"cniVersion": "1.0.0", "name": ""}"#, "name: "),
    ])
    func `refuses an impossible document with code 7`(text: String, complaint: String) {
        let error = error(text)
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.contains(complaint) == true, "\(error?.message ?? "")")
    }

    @Test(arguments: [
        (#""runtimeConfig": {"deviceID": "3b:00.2"}"#, "runtimeConfig.deviceID: \"3b:00.2\""),
        (#""runtimeConfig": {"deviceID": 7}"#, "runtimeConfig.deviceID: a string"),
        (#""runtimeConfig": []"#, "runtimeConfig: an object"), (#""deviceID": """#, "deviceID"),
        (#""deviceID": "0000:3B:00.2""#, "deviceID: \"0000:3B:00.2\" is not a PCI address"),
        (#""runDirectory": "run/x""#, "runDirectory: \"run/x\" is not an absolute path"),
        (#""sysfs": "sys""#, "sysfs: \"sys\" is not an absolute path"),
        (#""functionIdentity": "name""#, "functionIdentity: \"name\" is not parent or alias"),
        (#""timeoutSeconds": 0"#, "timeoutSeconds: 0 is not a whole number from 1 to 600"),
        (#""timeoutSeconds": 1.5"#, "timeoutSeconds: 1.5"),
        (#""cni.dev/valid-attachments": {}"#, "cni.dev/valid-attachments: an array"),
        (
            #""cni.dev/valid-attachments": [{"containerID": "c1"}]"#,
            "cni.dev/valid-attachments[0].ifname is missing"
        ),
    ])
    func `names the place of a mistake`(member: String, complaint: String) {
        let error = error(#"{"cniVersion": "1.1.0", "name": "x", \#(member)}"#)
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.contains(complaint) == true, "\(error?.message ?? "")")
    }

    @Test(arguments: ["mac", "ips"])
    func `refuses capabilities it does not have with code 2`(capability: String) {
        let error = error(
            #"{"cniVersion": "1.1.0", "name": "x", "runtimeConfig": {"\#(capability)": "y"}}"#
        )
        #expect(error?.code == .unsupportedField)
        #expect(error?.message.contains("runtimeConfig.\(capability)") == true)
    }
}
