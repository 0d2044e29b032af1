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

    /// The message with its prefix, never compressed.
    public static func frame(_ message: [UInt8]) -> [UInt8] {
        var writer = ByteWriter(capacity: prefixLength + message.count)
        writer.byte(0)
        writer.bigEndian(UInt32(truncatingIfNeeded: message.count))
        writer.append(message)
        return writer.take()
    }
}

/// Finds the messages in a stream of DATA, which may be cut anywhere.
///
/// Memory grows with the bytes that came, never with a length that was only announced.
struct Deframer: ~Copyable, Sendable {
    private enum Stage {
        case prefix([UInt8])
        case body(length: Int, [UInt8])
    }

    private let limit: Int
    private let compressed: Status
    private var stage = Stage.prefix([])

    /// Accepts messages of at most `limit` bytes; `compressed` is the error for a compressed one.
    init(limit: Int, compressed: Status) {
        self.limit = limit
        self.compressed = compressed
    }

    /// Whether the bytes so far are whole messages.
    var isBetweenMessages: Bool {
        if case .prefix(let bytes) = stage { bytes.isEmpty } else { false }
    }

    /// Consumes bytes to the end of the next message, nil when the bytes end first.
    ///
    /// - Throws: ``StatusCode/resourceExhausted`` over the limit, ``StatusCode/internalError`` on a
    ///   flag other than 0 and 1, and the error for compressed messages.
    mutating func next(from reader: inout ByteReader) throws(Status) -> [UInt8]? {
        while true {
            switch stage {
            case .prefix(var bytes):
                stage = .prefix([])
                let wanted = Framing.prefixLength - bytes.count
                bytes += Self.take(wanted, from: &reader)
                guard bytes.count == Framing.prefixLength else {
                    stage = .prefix(bytes)
                    return nil
                }
                stage = .body(length: try bodyLength(bytes), [])
            case .body(let length, var bytes):
                stage = .prefix([])
                let part = Self.take(length - bytes.count, from: &reader)
                if bytes.isEmpty { bytes = part } else { bytes += part }
                if bytes.count == length { return bytes }
                stage = .body(length: length, bytes)
                return nil
            }
        }
    }

    private func bodyLength(_ prefix: [UInt8]) throws(Status) -> Int {
        switch prefix[0] {
        case 0: break
        case 1: throw compressed
        default: throw Status(.internalError, "a message has the compressed flag \(prefix[0])")
        }
        let length = prefix.dropFirst().reduce(0) { $0 << 8 | Int($1) }
        guard length <= limit else {
            throw Status(
                .resourceExhausted,
                "a message of \(length) bytes is larger than the limit of \(limit)"
            )
        }
        return length
    }

    /// Up to `count` bytes, fewer when the reader has fewer.
    private static func take(_ count: Int, from reader: inout ByteReader) -> [UInt8] {
        (try? reader.array(min(count, reader.remaining))) ?? []
    }
}
