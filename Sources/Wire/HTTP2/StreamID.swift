// SPDX-License-Identifier: Apache-2.0

/// The number of a stream; 0 is the connection, odd ones are opened by the client.
///
/// Source: RFC 9113 § 5.1.1.
public struct StreamID: RawRepresentable, Hashable, Comparable, Sendable {
    /// The number, 0 to 2^31-1.
    public let rawValue: UInt32

    /// A stream by its number; the reserved high bit is dropped.
    public init(rawValue: UInt32) {
        self.rawValue = rawValue & 0x7fff_ffff
    }

    /// The connection as a whole.
    static let connection = StreamID(rawValue: 0)

    /// The largest number, after which a connection can open nothing more.
    static let last = StreamID(rawValue: 0x7fff_ffff)

    /// Whether a client opens streams of this number.
    var isClientInitiated: Bool { rawValue & 1 == 1 }

    /// Orders streams by the time they were opened.
    public static func < (left: StreamID, right: StreamID) -> Bool {
        left.rawValue < right.rawValue
    }
}

extension StreamID: CustomStringConvertible {
    /// The number.
    public var description: String { "stream \(rawValue)" }
}
