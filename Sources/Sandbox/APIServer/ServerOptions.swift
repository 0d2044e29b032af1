// SPDX-License-Identifier: Apache-2.0

/// How an API server is set up.
public struct ServerOptions: Sendable {
    /// Where it listens.
    public struct Place: Hashable, Sendable {
        /// The network namespace by its path, nil for our own.
        public var namespace: String?
        /// The port of 127.0.0.1; 0 for one that the kernel chooses.
        public var port: UInt16

        /// A place to listen at.
        public init(namespace: String? = nil, port: UInt16) {
            self.namespace = namespace
            self.port = port
        }
    }

    /// The folder for certificate, tokens and objects; made when it is missing.
    public var state: String
    /// Where to listen, one place at least.
    public var places: [Place]
    /// Folders of manifests that are applied at the start: every `.yaml` file in and below them.
    public var manifests: [String] = []
    /// A file of tokens in kube-apiserver's format: `token,user,uid,"group,group"`.
    public var tokens: String?

    /// The least that is needed.
    public init(state: String, places: [Place]) {
        self.state = state
        self.places = places
    }
}
