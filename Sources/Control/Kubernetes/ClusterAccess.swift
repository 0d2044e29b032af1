// SPDX-License-Identifier: Apache-2.0

import Kernel

/// How to reach an API server and as whom: a kubeconfig's current context, or a pod's account.
public struct ClusterAccess: Hashable, Sendable {
    /// The server.
    public var server: ServerURL
    /// Further ways to the same server or its replicas, tried in order when one cannot be reached.
    public var alternates: [ServerURL] = []
    /// The authorities that may have signed its certificate; nil for those of the system.
    public var authorities: PEM?
    /// The name its certificate must have, when that is not the URL's host.
    public var serverName: String?
    /// Whether the certificate is checked at all.
    public var isVerified: Bool
    /// Who is calling.
    public var credential: Credential
    /// The namespace that is meant when none is named.
    public var namespace: String
    /// The file that all of this was read from, for people.
    public var source: String

    /// All ways to the server, the best first.
    public var servers: [ServerURL] { [server] + alternates }

    /// Who is calling.
    public enum Credential: Hashable, Sendable {
        /// Nobody in particular.
        case anonymous
        /// A bearer token.
        case token(Secret)
        /// A file with a bearer token, which somebody renews.
        case tokenFile(path: String)
        /// A client certificate with its chain, and its key.
        case certificate(chain: PEM, key: PEM)
        /// A program that tells a token, a client certificate, or both.
        case exec(ExecPlugin)
    }

    /// Certificates or a key in PEM.
    public enum PEM: Hashable, Sendable {
        /// The text itself.
        case inline(Secret)
        /// A file with it, which is read again when it has changed.
        case file(path: String)
    }

    /// Bytes that are never shown.
    public struct Secret: Hashable, Sendable {
        /// The secret.
        public let bytes: [UInt8]

        /// Keeps `bytes` out of logs and errors.
        public init(_ bytes: [UInt8]) {
            self.bytes = bytes
        }
    }
}

extension ClusterAccess.Secret: CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// A word that tells nothing.
    public var description: String { "(withheld)" }

    /// The same word.
    public var debugDescription: String { description }

    /// Nothing, for `dump` and whatever else looks inside.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension ClusterAccess {
    private static let account = "/var/run/secrets/kubernetes.io/serviceaccount"

    /// What a kubeconfig says, or without one the account that the kubelet gives a pod.
    ///
    /// `servers` are further ways to the same server, `https://host:port` with the same prefix.
    ///
    /// - Throws: ``AccessError``.
    public init(kubeconfig: String?, servers: [String] = []) throws(AccessError) {
        if let kubeconfig {
            self = try Self.kubeconfig(kubeconfig)
        } else {
            self = try Self.inCluster()
        }
        for text in servers {
            guard let other = ServerURL(text), other.prefix == server.prefix else {
                let expected = "is not https://host:port\(server.prefix)"
                throw .invalid(source: "servers", "\(text.debugDescription) \(expected)")
            }
            alternates.append(other)
        }
    }

    /// The account that the kubelet gives a pod.
    ///
    /// - Throws: ``AccessError`` outside a pod.
    public static func inCluster() throws(AccessError) -> ClusterAccess {
        guard let host = Process.environment("KUBERNETES_SERVICE_HOST"),
            let port = Process.environment("KUBERNETES_SERVICE_PORT")
        else { throw .notInCluster }
        let authority = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        guard let server = ServerURL("https://\(authority)") else {
            throw .invalid(source: "KUBERNETES_SERVICE_HOST", "\"\(authority)\" is no address")
        }
        let namespace = String(decoding: try read(account + "/namespace"), as: UTF8.self)
        return ClusterAccess(
            server: server,
            authorities: .file(path: account + "/ca.crt"),
            serverName: nil,
            isVerified: true,
            credential: .tokenFile(path: account + "/token"),
            namespace: namespace,
            source: account
        )
    }

    /// A file of at most 1 MiB.
    static func read(_ path: String) throws(AccessError) -> [UInt8] {
        do throws(KernelError) {
            return try Files.read(path, limit: 1 << 20)
        } catch {
            throw .unreadable(path: path, error)
        }
    }
}
