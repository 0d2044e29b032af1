// SPDX-License-Identifier: Apache-2.0

package import Configuration
import JSON
package import PCI

/// What the runtime says on standard input: the plugin's part of a network configuration list.
package struct PluginConfiguration: Sendable {
    /// The version in which the result is wanted.
    package var version: CNIVersion
    /// The network's name, for messages.
    package var name: String
    /// The function; nil when the runtime names none.
    package var function: PCIAddress?
    /// The agents' run directory.
    package var runDirectory: String
    /// Where sysfs is mounted.
    package var sysfs: String
    /// How the netdev of a function is recognised.
    package var functionIdentity: NodeConfiguration.FunctionIdentityKind
    /// A command is given up after this long.
    package var timeout: Duration
    /// STATUS and GC: attachments that the runtime still knows, nil when it does not say.
    package var validAttachments: [Attachment]?

    /// An interface of a container.
    package struct Attachment: Hashable, Sendable {
        package var containerID: String
        package var interfaceName: String
    }

    /// Reads standard input; `version` is set as soon as it is known, for the error object.
    ///
    /// - Throws: code 6 for what is not JSON, 1 for a version we do not know, 7 for the rest.
    package init(parsing bytes: [UInt8], version: inout CNIVersion) throws(CNIError) {
        let value: JSONValue
        do {
            value = try JSONValue(parsing: bytes)
        } catch {
            throw CNIError(.undecodable, "the network configuration is not JSON: \(error)")
        }
        do {
            let root = JSONNode(value)
            version = try CNIVersion.wanted(by: root)
            try self.init(root, version)
        } catch let error as CNIError {
            throw error
        } catch {
            throw CNIError(.invalidConfiguration, "network configuration: \(error)")
        }
    }

    private init(_ root: JSONNode, _ version: CNIVersion) throws {
        self.version = version
        name = try root.required("name").text()
        let runtime = try root.optional("runtimeConfig")
        let device = try runtime?.optional("deviceID") ?? root.optional("deviceID")
        function = try device?.parsed(as: "a PCI address") { PCIAddress($0) }
        runDirectory = try Self.path(root, "runDirectory") ?? "/run/opi-xpu"
        sysfs = try Self.path(root, "sysfs") ?? "/sys"
        let kinds = NodeConfiguration.FunctionIdentityKind.self
        functionIdentity =
            try root.optional("functionIdentity")?
            .parsed(as: "parent or alias", kinds.init(rawValue:)) ?? .parent
        timeout = .seconds(try root.optional("timeoutSeconds")?.integer(in: 1...600) ?? 60)
        for capability in ["mac", "ips"] {
            guard let asked = try runtime?.optional(capability) else { continue }
            let text = "\(asked.path) is not supported: the function keeps its own"
            throw CNIError(.unsupportedField, text)
        }
        validAttachments = try Self.attachments(root)
    }

    private static func attachments(_ root: JSONNode) throws(JSONShapeError) -> [Attachment]? {
        guard let list = try root.optional("cni.dev/valid-attachments") else { return nil }
        var attachments: [Attachment] = []
        for node in try list.elements() {
            let containerID = try node.required("containerID").text()
            let interfaceName = try node.required("ifname").text()
            attachments.append(.init(containerID: containerID, interfaceName: interfaceName))
        }
        return attachments
    }

    private static func path(_ node: JSONNode, _ key: String) throws(JSONShapeError) -> String? {
        try node.optional(key)?.parsed(as: "an absolute path") { $0.hasPrefix("/") ? $0 : nil }
    }
}
