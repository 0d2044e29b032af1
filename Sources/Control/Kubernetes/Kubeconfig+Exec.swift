// SPDX-License-Identifier: Apache-2.0

import Bytes
import JSON
import Kernel

extension Kubeconfig {
    /// The extension of a cluster that is meant for exec plugins.
    private static let clusterExtension = "client.authentication.k8s.io/exec"

    /// The program that a user's `exec` names.
    func plugin(
        _ exec: JSONNode,
        for cluster: JSONNode
    ) throws(JSONShapeError) -> ExecPlugin {
        let known = ExecPlugin.versions
        let version = try exec.required("apiVersion").parsed(as: known.joined(separator: " or ")) {
            known.contains($0) ? $0 : nil
        }
        // Nobody sits before an agent.
        _ = try exec.optional("interactiveMode")?.parsed(as: "Never or IfAvailable") {
            ["Never", "IfAvailable"].contains($0) ? $0 : nil
        }
        let command = try exec.required("command").text()
        var arguments: [String] = []
        for word in try list("args", in: exec) { arguments.append(try word.string()) }
        var environment: [String: ClusterAccess.Secret] = [:]
        for entry in try list("env", in: exec) {
            let value = ClusterAccess.Secret(Array(try entry.required("value").string().utf8))
            environment[try entry.required("name").text()] = value
        }
        let wantsCluster = try exec.optional("provideClusterInfo")?.bool() == true
        return ExecPlugin(
            command.contains("/") ? absolute(command) : command,
            arguments,
            environment: environment,
            apiVersion: version,
            cluster: wantsCluster ? try information(of: cluster) : nil,
            installHint: try exec.optional("installHint")?.string() ?? ""
        )
    }

    /// The elements of a list that may be absent or null.
    private func list(_ key: String, in node: JSONNode) throws(JSONShapeError) -> [JSONNode] {
        guard let list = try node.optional(key), !list.value.isNull else { return [] }
        return try list.elements()
    }

    /// What a program may know of the cluster; files are given as their contents.
    private func information(of cluster: JSONNode) throws(JSONShapeError) -> JSONValue {
        var told: JSONObject = ["server": try cluster.required("server").value]
        for key in ["tls-server-name", "insecure-skip-tls-verify", "certificate-authority-data"] {
            told[key] = try cluster.optional(key)?.value
        }
        if told["certificate-authority-data"] == nil,
            let file = try cluster.optional("certificate-authority")
        {
            let path = absolute(try file.text())
            do throws(KernelError) {
                let bytes = try Files.read(path, limit: 1 << 20)
                told["certificate-authority-data"] = .string(Base64.encode(bytes))
            } catch {
                throw file.invalid(expected: "a readable file: \(error)")
            }
        }
        for entry in try list("extensions", in: cluster)
        where try entry.required("name").string() == Self.clusterExtension {
            told["config"] = try entry.required("extension").value
        }
        return .object(told)
    }
}
