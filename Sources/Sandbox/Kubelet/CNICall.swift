// SPDX-License-Identifier: Apache-2.0

package import JSON

/// What a container runtime tells a CNI plugin.
///
/// Source: CNI specification 1.1.0 § 2; the arguments are those of containerd and CRI-O.
package struct CNICall: Hashable, Sendable {
    /// What is to be done.
    package enum Command: String, Hashable, Sendable {
        case add = "ADD"
        case del = "DEL"
    }

    package var command: Command
    package var containerID: String
    /// Empty when the namespace is gone, which DEL allows.
    package var networkNamespace: String
    package var interfaceName: String
    package var pod: PodKey
    package var podUID: String
    /// The folder of the plugins.
    package var folder: String

    package init(
        _ command: Command,
        containerID: String,
        networkNamespace: String,
        interfaceName: String,
        pod: PodKey,
        podUID: String,
        folder: String
    ) {
        self.command = command
        self.containerID = containerID
        self.networkNamespace = networkNamespace
        self.interfaceName = interfaceName
        self.pod = pod
        self.podUID = podUID
        self.folder = folder
    }

    /// The plugin's whole environment; `path` is our own `PATH`.
    package func environment(path: String) -> [String: String] {
        let arguments = [
            "IgnoreUnknown=1", "K8S_POD_NAMESPACE=\(pod.namespace)", "K8S_POD_NAME=\(pod.name)",
            "K8S_POD_INFRA_CONTAINER_ID=\(containerID)", "K8S_POD_UID=\(podUID)",
        ]
        return [
            "CNI_COMMAND": command.rawValue,
            "CNI_CONTAINERID": containerID,
            "CNI_NETNS": networkNamespace,
            "CNI_IFNAME": interfaceName,
            "CNI_ARGS": arguments.joined(separator: ";"),
            "CNI_PATH": folder,
            "PATH": path,
        ]
    }

    /// A configuration with the chosen device, as Multus hands it to the plugin it delegates to.
    package static func configuration(_ network: JSONValue, device: String) -> JSONValue {
        var value = network
        value["deviceID"] = .string(device)
        value["pciBusID"] = .string(device)
        return value
    }

    /// The name of an interface by its place in the pod: `eth0`, then `net1`, `net2` and so on.
    package static func interfaceName(_ number: Int) -> String {
        number == 0 ? "eth0" : "net\(number)"
    }
}

/// What of a CNI result a pod's status tells.
package struct CNIAnswer: Hashable, Sendable {
    package var addresses: [String]
    package var macAddress: String

    /// Reads the result of an ADD for `interface`.
    ///
    /// - Throws: ``JSON/JSONShapeError`` for what is no result.
    package init(_ node: JSONNode, interface: String) throws(JSONShapeError) {
        addresses = []
        for ip in try node.optional("ips")?.elements() ?? [] {
            addresses.append(try ip.required("address").text())
        }
        macAddress = ""
        for link in try node.optional("interfaces")?.elements() ?? [] {
            guard try link.required("name").text() == interface, let mac = try link.optional("mac")
            else { continue }
            macAddress = try mac.string()
        }
    }
}

/// A plugin that has not done what it was asked.
package struct CNIFailure: Error, Hashable, Sendable {
    package var command: CNICall.Command
    package var network: String
    /// The error object's code; nil when it wrote none.
    package var code: Int?
    /// The error object's sentence, or what is known without.
    package var message: String

    package init(_ command: CNICall.Command, network: String, code: Int?, message: String) {
        self.command = command
        self.network = network
        self.code = code
        self.message = message
    }
}

extension CNIFailure: CustomStringConvertible {
    /// `CNI ADD of network blue, code 11: no port`.
    package var description: String {
        let code = code.map { ", code \($0)" } ?? ""
        return "CNI \(command.rawValue) of network \(network)\(code): \(message)"
    }
}
