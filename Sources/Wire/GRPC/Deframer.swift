// SPDX-License-Identifier: Apache-2.0

import Bytes

/// Finds the messages in a stream of DATA, which may be cut anywhere.
///
/// Memory grows with the bytes that came, never with a length that was only announced.
struct Deframer: ~Copyable, Sendable {
    private enum Stage {
        case prefix([UInt8])
        case body(length: Int, Frame)
    }

    private let limit: Int
    private let encoding: Result<Encoding, Status>
    private var stage = Stage.prefix([])

    /// Accepts messages of at most `limit` bytes; `encoding` is that of the compressed ones, or
    /// the error for them.
    init(limit: Int, encoding: Result<Encoding, Status>) {
        self.limit = limit
        self.encoding = encoding
    }

    /// Whether the bytes so far are whole messages.
    var isBetweenMessages: Bool {
        if case .prefix(let bytes) = stage { bytes.isEmpty } else { false }
    }

    /// Consumes bytes to the end of the next message, nil when the bytes end first.
    ///
    /// - Throws: ``StatusCode/resourceExhausted`` over the limit, ``StatusCode/internalError`` on a
    ///   flag other than 0 and 1, and the error for compressed messages.
    mutating func next(from reader: inout ByteReader) throws(Status) -> Frame? {
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
                stage = .body(
                    length: try bodyLength(bytes),
                    Frame([], encoding: try bodyEncoding(bytes[0]))
                )
            case .body(let length, var frame):
                stage = .prefix([])
                let wanted = min(length - frame.bytes.count, reader.remaining)
                if let part = try? reader.slice(wanted) { frame.bytes.append(copying: part) }
                if frame.bytes.count == length { return frame }
                stage = .body(length: length, frame)
                return nil
            }
        }
    }

    private func bodyEncoding(_ flag: UInt8) throws(Status) -> Encoding? {
        switch flag {
        case 0: nil
        case 1: try encoding.get()
        default: throw Status(.internalError, "a message has the compressed flag \(flag)")
        }
    }

    private func bodyLength(_ prefix: [UInt8]) throws(Status) -> Int {
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
