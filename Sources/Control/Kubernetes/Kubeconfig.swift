// SPDX-License-Identifier: Apache-2.0

import Bytes
import JSON
import Kernel
import YAML

/// A kubeconfig file, as kubectl reads it.
///
/// Of two ways to give a thing, the inline `…-data` wins, as in client-go. File names are relative
/// to the kubeconfig. Basic authentication, provider plugins and impersonation are refused by name.
struct Kubeconfig {
    private let path: String
    private let root: JSONNode

    init(contentsOf path: String) throws(AccessError) {
        self.path = path
        let bytes = try ClusterAccess.read(path)
        do throws(YAMLError) {
            root = JSONNode(try JSONValue(yaml: bytes))
        } catch {
            throw .malformed(path: path, error)
        }
    }

    /// What `context` says, or the current context.
    func access(context: String? = nil) throws(AccessError) -> ClusterAccess {
        do throws(JSONShapeError) {
            return try makeAccess(context)
        } catch {
            throw .invalid(source: path, "\(error)")
        }
    }

    private func makeAccess(_ name: String?) throws(JSONShapeError) -> ClusterAccess {
        let context = try entry("contexts", "context", named: chosenContext(name))
        let cluster = try entry(
            "clusters",
            "cluster",
            named: context.required("cluster").text()
        )
        let user = try context.optional("user").map { node throws(JSONShapeError) in
            try entry("users", "user", named: node.text())
        }
        return ClusterAccess(
            server: try cluster.required("server").parsed(as: "https://host:port", ServerURL.init),
            authorities: try pem("certificate-authority", in: cluster),
            serverName: try cluster.optional("tls-server-name")?.text(),
            isVerified: try cluster.optional("insecure-skip-tls-verify")?.bool() != true,
            credential: try user.map { user throws(JSONShapeError) in
                try credential(of: user, for: cluster)
            } ?? .anonymous,
            namespace: try context.optional("namespace")?.text() ?? "default",
            source: path
        )
    }

    private func chosenContext(_ name: String?) throws(JSONShapeError) -> String {
        if let name { return name }
        return try root.required("current-context").text()
    }

    private func entry(
        _ list: String,
        _ kind: String,
        named name: String
    ) throws(JSONShapeError) -> JSONNode {
        for entry in try root.required(list).elements()
        where try entry.required("name").string() == name {
            return try entry.required(kind)
        }
        throw .missing(path: "the \(kind) \"\(name)\" of \(list)")
    }

    private func credential(
        of user: JSONNode,
        for cluster: JSONNode
    ) throws(JSONShapeError) -> ClusterAccess.Credential {
        for key in ["auth-provider", "username", "as"] {
            if let node = try user.optional(key) {
                let expected = "supported here; use a token or a client certificate"
                throw .invalid(path: node.path, value: "this", expected: expected)
            }
        }
        if let chain = try pem("client-certificate", in: user) {
            guard let key = try pem("client-key", in: user) else {
                throw .missing(path: "\(user.path).client-key")
            }
            return .certificate(chain: chain, key: key)
        }
        if let token = try user.optional("token") {
            return .token(try secret(token))
        }
        if let file = try user.optional("tokenFile") {
            return .tokenFile(path: absolute(try file.text()))
        }
        if let exec = try user.optional("exec") { return .exec(try plugin(exec, for: cluster)) }
        return .anonymous
    }

    /// What `key-data` holds, or the file that `key` names, which must be readable now.
    private func pem(
        _ key: String,
        in node: JSONNode
    ) throws(JSONShapeError) -> ClusterAccess.PEM? {
        if let data = try node.optional(key + "-data") {
            // What it is instead may be a key all the same: an error must not show it.
            guard let bytes = Base64.decode(try data.string()) else {
                throw .invalid(path: data.path, value: "the text", expected: "base64")
            }
            return .inline(ClusterAccess.Secret(bytes))
        }
        guard let file = try node.optional(key) else { return nil }
        let path = absolute(try file.text())
        do throws(KernelError) {
            _ = try Files.read(path, limit: 1 << 20)
        } catch {
            throw file.invalid(expected: "a readable file: \(error)")
        }
        return .file(path: path)
    }

    /// A text that an error must not show.
    private func secret(_ node: JSONNode) throws(JSONShapeError) -> ClusterAccess.Secret {
        ClusterAccess.Secret(Array(try node.text().utf8))
    }

    func absolute(_ file: String) -> String {
        guard !file.hasPrefix("/"), let cut = path.lastIndex(of: "/") else { return file }
        return "\(path[...cut])\(file)"
    }
}

extension ClusterAccess {
    /// What the current context of the kubeconfig at `path` says.
    ///
    /// - Throws: ``AccessError``.
    public static func kubeconfig(
        _ path: String,
        context: String? = nil
    ) throws(AccessError) -> ClusterAccess {
        try Kubeconfig(contentsOf: path).access(context: context)
    }
}
