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
