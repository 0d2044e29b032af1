// SPDX-License-Identifier: Apache-2.0

import Bytes

/// Message boundaries: a flag, a length in network order, then the message.
///
/// | bytes | meaning |
/// |---|---|
/// | 1 | 1 when the message is compressed, else 0 |
/// | 4 | length of the message |
///
/// Source: gRPC doc/PROTOCOL-HTTP2.md, "Length-Prefixed-Message".
public enum Framing: Sendable {
    /// Bytes in front of each message.
    public static let prefixLength = 5

    /// The largest message accepted unless something else is agreed, as in other implementations.
    public static let defaultLimit = 4 << 20

    /// The message with its prefix, as it is.
    public static func frame(_ message: [UInt8]) -> [UInt8] {
        frame(message, compressed: false)
    }

    /// Fills in the prefix of a message, as it is, that stands behind room for it.
    public static func seal(_ bytes: inout [UInt8]) {
        var length = UInt32(truncatingIfNeeded: bytes.count - prefixLength)
        bytes[0] = 0
        for index in stride(from: prefixLength - 1, through: 1, by: -1) {
            bytes[index] = UInt8(truncatingIfNeeded: length)
            length >>= 8
        }
    }

    /// The message with its prefix; `compressed` says that the call's encoding made it smaller.
    public static func frame(_ message: [UInt8], compressed: Bool) -> [UInt8] {
        var writer = ByteWriter(capacity: prefixLength + message.count)
        writer.byte(compressed ? 1 : 0)
        writer.bigEndian(UInt32(truncatingIfNeeded: message.count))
        writer.append(message)
        return writer.take()
    }
}

/// One message as it came.
public struct Frame: Hashable, Sendable {
    /// The message, or what its encoding made of it.
    public var bytes: [UInt8]
    /// How it was made smaller, nil when it was not.
    public var encoding: Encoding?

    /// A message.
    public init(_ bytes: [UInt8], encoding: Encoding? = nil) {
        self.bytes = bytes
        self.encoding = encoding
    }
}
