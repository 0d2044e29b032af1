// SPDX-License-Identifier: Apache-2.0

import JSON
import Kernel

/// The networks that pods can ask for: files `NAME.json` of one folder.
///
///     {"resourceName": "opi.example.com/blue", "config": {"cniVersion": …, "type": …, …}}
///
/// They stand for the NetworkAttachmentDefinitions of a cluster, and are read anew for each pod.
struct Networks: Sendable {
    let folder: String

    private static let longest = 1 << 18

    /// The interface that a network gives a pod.
    ///
    /// - Throws: ``PodError/invalid(_:)``.
    func interface(_ name: String, number: Int) throws(PodError) -> PodRecord.Interface {
        guard !name.isEmpty, !name.contains("/"), !name.hasPrefix(".") else {
            throw .invalid("\"\(name)\" is not the name of a network")
        }
        let path = "\(folder)/\(name).json"
        do {
            let root = JSONNode(try JSONValue(parsing: Files.read(path, limit: Self.longest)))
            try root.allow(["resourceName", "config"])
            let configuration = try root.required("config")
            let type = try configuration.required("type")
            guard !(try type.text().contains("/")) else {
                throw type.invalid(expected: "the name of a program")
            }
            _ = try configuration.required("cniVersion").text()
            var value = configuration.value
            // As Multus does for a configuration that leaves it out.
            if value["name"] == nil { value["name"] = .string(name) }
            return PodRecord.Interface(
                network: name,
                name: CNICall.interfaceName(number),
                resourceName: try root.required("resourceName").text(),
                configuration: value
            )
        } catch {
            throw .invalid("network \(name): \(path): \(error)")
        }
    }
}
