// SPDX-License-Identifier: Apache-2.0

/// How a client makes sure whom it speaks to, and shows who it is.
public struct TLSClientConfiguration: Hashable, Sendable {
    /// The authorities that are trusted, PEM; nil for those of the system.
    public var authorities: [UInt8]?
    /// Whether the server's certificate is checked at all.
    public var isVerified = true
    /// Our own certificate and those between it and its authority, PEM; nil for none.
    public var certificateChain: [UInt8]?
    /// The key of our certificate, PEM.
    public var privateKey: [UInt8]?
    /// The protocols that may be spoken, the best first; one of them must be agreed on.
    public var protocols = ["h2"]

    /// The defaults: trust as the system does, no certificate of our own, HTTP/2.
    public init() {}
}

/// Where a client's certificates are, to be read again when they change.
///
/// What is nil stays as the ``TLSClientConfiguration`` beside it says.
public struct TLSClientFiles: Hashable, Sendable {
    /// The path of the trusted authorities.
    public var authorities: String?
    /// The path of our own certificate and its chain.
    public var certificateChain: String?
    /// The path of our certificate's key.
    public var privateKey: String?

    /// No files yet.
    public init(
        authorities: String? = nil,
        certificateChain: String? = nil,
        privateKey: String? = nil
    ) {
        self.authorities = authorities
        self.certificateChain = certificateChain
        self.privateKey = privateKey
    }
}
