// SPDX-License-Identifier: Apache-2.0

/// Why a connection cannot be trusted, or no longer; what the peer is depends on whose error it is.
public enum TLSError: Error, Hashable, Sendable {
    /// The configuration cannot be used; the text says what is wrong with which part.
    case unusable(String)
    /// The peer has shown no certificate, which a server wants of its clients.
    case noCertificate
    /// The certificate's time is over.
    case expired
    /// The certificate's time has not come: often a wrong clock.
    case notYetValid
    /// Nobody we trust has signed the certificate.
    case unknownAuthority(selfSigned: Bool)
    /// The certificate is for other names.
    case wrongName(wanted: String, names: [String])
    /// The certificate is not for this use: one of a server shown by a client, or the reverse.
    case wrongUse
    /// The certificate is not good for another reason, in OpenSSL's words.
    case untrusted(String)
    /// The peer sent something that is not TLS.
    case notTLS
    /// Both sides have no version of TLS in common.
    case noCommonVersion
    /// Both sides have no cipher suite in common.
    case noCommonCipher
    /// The peer does not speak what we want to speak over TLS.
    case noCommonProtocol(wanted: [String])
    /// The peer wanted to start over on a connection that stands.
    case renegotiation
    /// The peer gave up; the alert says why.
    case refusedByPeer(TLSAlert)
    /// The handshake was not over within this time.
    case timedOut(Duration)
    /// The connection ended in the middle.
    case truncated
    /// Anything else, in OpenSSL's words.
    case other(String)
}

extension TLSError: CustomStringConvertible {
    /// One clause for an error message.
    public var description: String {
        switch self {
        case .unusable(let text): text
        case .noCertificate: "the peer has shown no certificate"
        case .expired: "the peer's certificate has expired"
        case .notYetValid: "the peer's certificate is not valid yet; compare the clocks"
        case .unknownAuthority(selfSigned: true):
            "the peer's certificate is signed by itself, not by a trusted authority"
        case .unknownAuthority(selfSigned: false):
            "the peer's certificate is signed by an unknown authority"
        case .wrongName(let wanted, names: []):
            "the peer's certificate is for no name or address at all, not for \(wanted)"
        case .wrongName(let wanted, let names):
            "the peer's certificate is for \(names.joined(separator: ", ")), not for \(wanted)"
        case .wrongUse: "the peer's certificate is not for this use"
        case .untrusted(let text): "the peer's certificate is not good: \(text)"
        case .notTLS: "the peer does not speak TLS on this port"
        case .noCommonVersion: "the peer speaks no version of TLS from 1.2 on"
        case .noCommonCipher: "the peer knows none of our cipher suites"
        case .noCommonProtocol(let wanted):
            "the peer does not offer \(wanted.joined(separator: " or ")) over TLS"
        case .renegotiation: "the peer wants to renegotiate"
        case .refusedByPeer(let alert): "the peer ended the TLS handshake: \(alert)"
        case .timedOut(let time): "no TLS within \(time)"
        case .truncated: "the connection was cut in the middle of TLS"
        case .other(let text): "TLS: \(text)"
        }
    }
}
