// SPDX-License-Identifier: Apache-2.0

/// Why a stream was reset or a connection given up.
///
/// Source: RFC 9113 § 7. Unknown codes are legal and mean nothing special.
public struct ErrorCode: RawRepresentable, Hashable, Sendable {
    /// The code on the wire, 32 bits.
    public let rawValue: UInt32

    /// A code as it stands on the wire.
    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// Nothing is wrong, the stream or connection just ends (`NO_ERROR`).
    public static let noError = ErrorCode(rawValue: 0x0)
    /// A rule of the protocol was broken (`PROTOCOL_ERROR`).
    public static let protocolError = ErrorCode(rawValue: 0x1)
    /// The sender broke down (`INTERNAL_ERROR`).
    public static let internalError = ErrorCode(rawValue: 0x2)
    /// More was sent than the window allowed (`FLOW_CONTROL_ERROR`).
    public static let flowControlError = ErrorCode(rawValue: 0x3)
    /// Settings were not acknowledged in time (`SETTINGS_TIMEOUT`).
    public static let settingsTimeout = ErrorCode(rawValue: 0x4)
    /// A frame came for a stream whose sender had ended it (`STREAM_CLOSED`).
    public static let streamClosed = ErrorCode(rawValue: 0x5)
    /// A frame has an impossible length (`FRAME_SIZE_ERROR`).
    public static let frameSizeError = ErrorCode(rawValue: 0x6)
    /// The stream was refused before anything was done with it (`REFUSED_STREAM`).
    public static let refusedStream = ErrorCode(rawValue: 0x7)
    /// Nobody wants the stream any more (`CANCEL`).
    public static let cancel = ErrorCode(rawValue: 0x8)
    /// Header compression went out of step (`COMPRESSION_ERROR`).
    public static let compressionError = ErrorCode(rawValue: 0x9)
    /// The connection of a CONNECT request failed (`CONNECT_ERROR`).
    public static let connectError = ErrorCode(rawValue: 0xa)
    /// The peer makes too much work (`ENHANCE_YOUR_CALM`).
    public static let enhanceYourCalm = ErrorCode(rawValue: 0xb)
    /// The transport is not secure enough (`INADEQUATE_SECURITY`).
    public static let inadequateSecurity = ErrorCode(rawValue: 0xc)
    /// The request wants HTTP/1.1 (`HTTP_1_1_REQUIRED`).
    public static let http11Required = ErrorCode(rawValue: 0xd)
}

extension ErrorCode: CustomStringConvertible {
    private static let names = [
        "NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "FLOW_CONTROL_ERROR", "SETTINGS_TIMEOUT",
        "STREAM_CLOSED", "FRAME_SIZE_ERROR", "REFUSED_STREAM", "CANCEL", "COMPRESSION_ERROR",
        "CONNECT_ERROR", "ENHANCE_YOUR_CALM", "INADEQUATE_SECURITY", "HTTP_1_1_REQUIRED",
    ]

    /// The name in the RFC, or the number of a code it does not know.
    public var description: String {
        rawValue < Self.names.count ? Self.names[Int(rawValue)] : "error code \(rawValue)"
    }
}
