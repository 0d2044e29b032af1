// SPDX-License-Identifier: Apache-2.0

/// Why a connection cannot be trusted, or no longer.
public enum TLSError: Error, Hashable, Sendable {
    /// The configuration cannot be used; the text says what is wrong with which part.
    case unusable(String)
    /// The certificate's time is over.
    case expired
    /// The certificate's time has not come: often a wrong clock.
    case notYetValid
    /// Nobody we trust has signed the certificate.
    case unknownAuthority(selfSigned: Bool)
    /// The certificate is for other names.
    case wrongName(wanted: String, names: [String])
    /// The certificate is not good for another reason, in OpenSSL's words.
    case untrusted(String)
    /// The peer answered something that is not TLS.
    case notTLS
    /// Both sides have no version of TLS in common.
    case noCommonVersion
    /// The peer does not speak what we want to speak over TLS.
    case noCommonProtocol(wanted: [String])
    /// The peer gave up; the text is its alert.
    case refusedByPeer(String)
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
        case .expired: "the server's certificate has expired"
        case .notYetValid: "the server's certificate is not valid yet; compare the clocks"
        case .unknownAuthority(selfSigned: true):
            "the server's certificate is signed by itself, not by a trusted authority"
        case .unknownAuthority(selfSigned: false):
            "the server's certificate is signed by an unknown authority"
        case .wrongName(let wanted, names: []):
            "the server's certificate is for no name or address at all, not for \(wanted)"
        case .wrongName(let wanted, let names):
            "the server's certificate is for \(names.joined(separator: ", ")), not for \(wanted)"
        case .untrusted(let text): "the server's certificate is not good: \(text)"
        case .notTLS: "the server does not speak TLS on this port"
        case .noCommonVersion: "the server speaks no version of TLS from 1.2 on"
        case .noCommonProtocol(let wanted):
            "the server does not offer \(wanted.joined(separator: " or ")) over TLS"
        case .refusedByPeer(let alert): "the server ended the TLS handshake: \(alert)"
        case .truncated: "the connection was cut in the middle of TLS"
        case .other(let text): "TLS: \(text)"
        }
    }
}
