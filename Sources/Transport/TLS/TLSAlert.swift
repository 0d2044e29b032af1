// SPDX-License-Identifier: Apache-2.0

/// Why a peer gave up, by the number in its alert.
///
/// Source: RFC 8446 § 6, RFC 5246 § 7.2.
public struct TLSAlert: RawRepresentable, Hashable, Sendable {
    /// The alert's number.
    public let rawValue: UInt8

    /// An alert by its number.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// It expected another message.
    public static let unexpectedMessage = TLSAlert(rawValue: 10)
    /// Nothing of what we offer is good enough for it, or it wants a certificate (TLS 1.2).
    public static let handshakeFailure = TLSAlert(rawValue: 40)
    /// Our certificate is damaged, or for another name.
    public static let badCertificate = TLSAlert(rawValue: 42)
    /// Our certificate is of a kind that it does not take.
    public static let unsupportedCertificate = TLSAlert(rawValue: 43)
    /// Our certificate's time is over, or has not come.
    public static let certificateExpired = TLSAlert(rawValue: 45)
    /// Our certificate is not good for another reason.
    public static let certificateUnknown = TLSAlert(rawValue: 46)
    /// It does not know the authority that has signed our certificate.
    public static let unknownAuthority = TLSAlert(rawValue: 48)
    /// A signature is wrong.
    public static let decryptError = TLSAlert(rawValue: 51)
    /// Keys or signatures are too weak for it.
    public static let insufficientSecurity = TLSAlert(rawValue: 71)
    /// It wants a certificate, and we have shown none.
    public static let certificateRequired = TLSAlert(rawValue: 116)

    private static let texts: [UInt8: String] = [
        10: "unexpected message", 20: "bad record", 22: "record overflow", 40: "handshake failure",
        42: "bad certificate", 43: "unsupported certificate", 44: "certificate revoked",
        45: "certificate expired", 46: "certificate unknown", 47: "illegal parameter",
        48: "unknown authority", 49: "access denied", 50: "decode error", 51: "decrypt error",
        71: "insufficient security", 80: "internal error", 90: "user canceled",
        100: "no renegotiation", 109: "missing extension", 110: "unsupported extension",
        112: "unrecognized name", 116: "certificate required",
    ]
}

extension TLSAlert: CustomStringConvertible {
    /// The alert's name, as the RFCs have it.
    public var description: String { Self.texts[rawValue] ?? "alert \(rawValue)" }
}
