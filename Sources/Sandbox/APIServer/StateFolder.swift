// SPDX-License-Identifier: Apache-2.0

import Connections
import Kernel
import TLS

/// What a server keeps between its lives: its certificate, the administrator's token.
struct StateFolder: Sendable {
    private let folder: String

    /// - Throws: `KernelError`.
    init(_ folder: String) throws(KernelError) {
        self.folder = folder
        try Files.makeDirectory(folder, mode: 0o755, parents: true)
    }

    func path(_ name: String) -> String { "\(folder)/\(name)" }

    /// The token of the administrator, made the first time.
    ///
    /// - Throws: `KernelError`.
    func adminToken() throws(KernelError) -> String {
        if let token = try text("admin.token") { return token }
        let token = Machine.randomDigits(ofBytes: 32)
        try Files.write(Array(token.utf8), to: path("admin.token"), mode: 0o600)
        return token
    }

    /// The certificate, made the first time together with an authority that nobody keeps.
    ///
    /// - Throws: `KernelError`, `TLSError`.
    func identity() throws -> TLSServerConfiguration {
        if let chain = try text("server.crt"), let key = try text("server.key") {
            return TLSServerConfiguration(
                certificateChain: Array(chain.utf8),
                privateKey: Array(key.utf8)
            )
        }
        let authority = try TLSAuthority(name: "opi-xpu-sandbox", days: 365)
        let made = try authority.identity(
            names: ["localhost"],
            addresses: ["127.0.0.1"],
            days: 365
        )
        try Files.write(authority.certificate, to: path("ca.crt"), mode: 0o644)
        try Files.write(made.privateKey, to: path("server.key"), mode: 0o600)
        try Files.write(made.certificateChain, to: path("server.crt"), mode: 0o644)
        return TLSServerConfiguration(
            certificateChain: made.certificateChain,
            privateKey: made.privateKey
        )
    }

    /// A kubeconfig of the administrator.
    ///
    /// - Throws: `KernelError`.
    func writeKubeconfig(for endpoint: Endpoint) throws(KernelError) {
        let text = Kubeconfig.text(
            server: "https://\(endpoint)",
            authority: path("ca.crt"),
            token: try adminToken()
        )
        try Files.write(Array(text.utf8), to: path("admin.kubeconfig"), mode: 0o600)
    }

    private func text(_ name: String) throws(KernelError) -> String? {
        guard try Files.exists(path(name)) else { return nil }
        return String(decoding: try Files.read(path(name), limit: 1 << 16), as: UTF8.self)
    }
}

/// How clients are told where the server is and who they are.
public enum Kubeconfig: Sendable {
    /// The file's text: server as a URL, the authority's certificate by its path, a bearer token.
    public static func text(
        server: String,
        authority: String,
        token: String,
        namespace: String = "opi-xpu"
    ) -> String {
        """
        apiVersion: v1
        kind: Config
        clusters:
        - name: sandbox
          cluster: {server: "\(server)", certificate-authority: "\(authority)"}
        users:
        - name: sandbox
          user: {token: "\(token)"}
        contexts:
        - name: sandbox
          context: {cluster: sandbox, user: sandbox, namespace: \(namespace)}
        current-context: sandbox

        """
    }
}
