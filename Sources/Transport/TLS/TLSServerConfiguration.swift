// SPDX-License-Identifier: Apache-2.0

/// How a server shows who it is, and whom it lets in.
public struct TLSServerConfiguration: Hashable, Sendable {
    /// What is asked of clients.
    public enum Clients: Hashable, Sendable {
        /// Nothing.
        case anonymous
        /// A certificate, if they have one: a bad one is refused, none is not.
        case optional
        /// A certificate that one of our authorities has signed.
        case required
    }

    /// The server's certificate and those between it and its authority, PEM.
    public var certificateChain: [UInt8]
    /// The key of the certificate, PEM.
    public var privateKey: [UInt8]
    /// Whether clients must say who they are.
    public var clients = Clients.anonymous
    /// The authorities whose clients are let in, PEM; needed unless clients are anonymous.
    public var clientAuthorities: [UInt8] = []
    /// The protocols that may be spoken, the best first; a client that offers none is refused.
    public var protocols = ["h2"]

    /// HTTP/2 under this certificate; with ``TLSServerFiles`` both may be left out.
    public init(certificateChain: [UInt8] = [], privateKey: [UInt8] = []) {
        self.certificateChain = certificateChain
        self.privateKey = privateKey
    }
}

/// Where a server's certificates are, to be read again when they change.
public struct TLSServerFiles: Hashable, Sendable {
    /// The path of the server's certificate and its chain.
    public var certificateChain: String
    /// The path of the certificate's key.
    public var privateKey: String
    /// The path of the authorities whose clients are let in; nil for what the
    /// ``TLSServerConfiguration`` beside it says.
    public var clientAuthorities: String?

    /// These files.
    public init(certificateChain: String, privateKey: String, clientAuthorities: String? = nil) {
        self.certificateChain = certificateChain
        self.privateKey = privateKey
        self.clientAuthorities = clientAuthorities
    }
}
