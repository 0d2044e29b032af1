// SPDX-License-Identifier: Apache-2.0

import Connections
import Foundation
import JSON
import TestSupport
import Testing

@testable import Kubernetes

@Suite struct KubeconfigTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    private func config(cluster: String = "", user: String = "", context: String = "") -> String {
        """
        apiVersion: v1
        kind: Config
        current-context: here
        clusters:
        - name: other
          cluster: {server: "https://other"}
        - name: one
          cluster:
            server: https://api.example:6443/prefix
        \(cluster)
        users:
        - name: me
          user:
            \(user.isEmpty ? "{}" : user)
        contexts:
        - name: here
          context: {cluster: one, user: me\(context)}
        """
    }

    private func access(_ text: String) throws -> ClusterAccess {
        try ClusterAccess.kubeconfig(try scratch.write(text, to: "config"))
    }

    private func complaint(_ text: String) throws -> String {
        let path = try scratch.write(text, to: "config")
        do throws(AccessError) {
            _ = try ClusterAccess.kubeconfig(path)
            return ""
        } catch {
            return "\(error)"
        }
    }

    @Test func `the current context says server, namespace and user`() throws {
        let access = try access(config(user: "token: secret", context: ", namespace: shop"))
        #expect("\(access.server)" == "https://api.example:6443/prefix")
        #expect(access.server.endpoint == .tcp(host: "api.example", port: 6443))
        #expect(access.namespace == "shop")
        #expect(access.credential == .token(ClusterAccess.Secret(Array("secret".utf8))))
        #expect(access.isVerified)
        #expect(!"\(access)".contains("secret"))
    }

    @Test func `inline data wins, and files are relative to the kubeconfig`() throws {
        try scratch.write("from a file", to: "ca.pem")
        let file = try access(config(cluster: "    certificate-authority: ca.pem"))
        #expect(file.authorities == .file(path: scratch["ca.pem"]))
        let inline = Data("inline".utf8).base64EncodedString()
        let both = try access(
            config(
                cluster: """
                        certificate-authority: ca.pem
                        certificate-authority-data: \(inline)
                    """
            )
        )
        #expect(both.authorities == .inline(ClusterAccess.Secret(Array("inline".utf8))))
        let token = try access(config(user: "tokenFile: my.token"))
        #expect(token.credential == .tokenFile(path: scratch["my.token"]))
    }

    @Test func `a client certificate needs its key`() throws {
        let data = Data("pem".utf8).base64EncodedString()
        let text = config(user: "client-certificate-data: \(data)")
        #expect(try complaint(text).contains("client-key is missing"))
        let whole = config(
            user: "{client-certificate-data: \(data), client-key-data: \(data)}"
        )
        let secret = ClusterAccess.Secret(Array("pem".utf8))
        let credential = try access(whole).credential
        #expect(credential == .certificate(chain: .inline(secret), key: .inline(secret)))
        try scratch.write("chain", to: "my.crt")
        try scratch.write("key", to: "my.key")
        let files = config(user: "{client-certificate: my.crt, client-key: my.key}")
        let (chain, key) = (scratch["my.crt"], scratch["my.key"])
        let named = try access(files).credential
        #expect(named == .certificate(chain: .file(path: chain), key: .file(path: key)))
    }

    @Test(arguments: ["username: u", "auth-provider: {name: x}", "as: root"])
    func `what is not supported is refused by name`(user: String) throws {
        let name = user.split(separator: ":")[0]
        #expect(try complaint(config(user: user)).contains("user.\(name)"))
    }

    @Test func `a key that is not base64 is not shown`() throws {
        let text = config(user: "{client-certificate-data: QQ, client-key-data: s3cr!t}")
        let complaint = try complaint(text)
        #expect(complaint.contains("client-key-data: the text is not base64"))
        #expect(!complaint.contains("s3cr"))
    }

    @Test func `a plugin has words, an environment and perhaps the cluster`() throws {
        let exec = """
            {exec: {apiVersion: client.authentication.k8s.io/v1, command: ./tell, args: [a, "1"],
              env: [{name: KEY, value: s3cr}], interactiveMode: Never, installHint: install it,
              provideClusterInfo: true}}
            """
        let cluster = """
                tls-server-name: api.internal
                extensions:
                - {name: client.authentication.k8s.io/exec, extension: {audience: me}}
            """
        let access = try access(config(cluster: cluster, user: exec))
        guard case .exec(let plugin) = access.credential else {
            Issue.record("no plugin")
            return
        }
        #expect(plugin.command == scratch["./tell"] && plugin.arguments == ["a", "1"])
        #expect(plugin.environment == ["KEY": ClusterAccess.Secret(Array("s3cr".utf8))])
        #expect(plugin.installHint == "install it")
        #expect(
            plugin.info == [
                "apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",
                "spec": [
                    "interactive": false,
                    "cluster": [
                        "server": "https://api.example:6443/prefix",
                        "tls-server-name": "api.internal", "config": ["audience": "me"],
                    ],
                ],
            ]
        )
        #expect(access.serverName == "api.internal")
        var dumped = ""
        dump(access, to: &dumped)
        #expect(!"\(access) \(String(reflecting: access)) \(dumped)".contains("s3cr"))
    }

    @Test(arguments: [
        ("{command: x}", "exec.apiVersion is missing"),
        ("{apiVersion: client.authentication.k8s.io/v1alpha1, command: x}", "exec.apiVersion"),
        ("{apiVersion: client.authentication.k8s.io/v1}", "exec.command is missing"),
        (
            "{apiVersion: client.authentication.k8s.io/v1, command: x, interactiveMode: Always}",
            "interactiveMode"
        ),
    ])
    func `a plugin that cannot be used is refused by name`(exec: String, words: String) throws {
        #expect(try complaint(config(user: "{exec: \(exec)}")).contains(words))
    }

    @Test func `further servers have the first one's prefix`() throws {
        let path = try scratch.write(config(), to: "config")
        let two = try ClusterAccess(kubeconfig: path, servers: ["https://b:1/prefix"])
        #expect(two.servers.map { "\($0)" }.last == "https://b:1/prefix" && two.servers.count == 2)
        #expect(throws: AccessError.self) {
            try ClusterAccess(kubeconfig: path, servers: ["https://b:1"])
        }
    }

    @Test func `missing pieces are named`() throws {
        #expect(try complaint("kind: Config").contains("current-context is missing"))
        let stray = config().replacing("cluster: one", with: "cluster: none")
        #expect(try complaint(stray).contains("the cluster \"none\" of clusters"))
        let bad = config().replacing("https://api", with: "ftp://api")
        #expect(try complaint(bad).contains("is not https://host:port"))
        #expect(try complaint("{").contains("config"))
        let file = config(cluster: "    certificate-authority: nowhere.pem")
        #expect(try complaint(file).contains("nowhere.pem"))
        #expect(throws: AccessError.self) { try ClusterAccess.kubeconfig("/nonexistent") }
    }

    @Test(arguments: [
        ("https://a", "https://a:443"), ("http://a", "http://a:80"),
        ("https://10.0.0.1:6443/", "https://10.0.0.1:6443"),
        ("https://[fd00::1]", "https://[fd00::1]:443"),
        ("https://[fd00::1]:6443/k8s/", "https://[fd00::1]:6443/k8s"),
    ])
    func `URLs are read`(text: String, meaning: String) {
        #expect(ServerURL(text).map { "\($0)" } == meaning)
    }

    @Test(arguments: [
        "", "a", "ftp://a", "https://", "https://a:0", "https://a:99999", "https://a b",
    ])
    func `what is no URL is refused`(text: String) {
        #expect(ServerURL(text) == nil)
    }

    @Test func `queries are percent-encoded`() {
        let query = QueryString.encode([("labelSelector", "a/b=c d"), ("x", "ü&=")])
        #expect(query == "?labelSelector=a%2Fb%3Dc%20d&x=%C3%BC%26%3D")
        #expect(QueryString.encode([]) == "")
    }
}
