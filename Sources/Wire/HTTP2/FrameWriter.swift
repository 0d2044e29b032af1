// SPDX-License-Identifier: Apache-2.0

/// Frames to be written, one after the other.
struct FrameWriter {
    private(set) var bytes: [UInt8] = []

    /// Answers to the peer's frames since the bytes were last taken.
    private(set) var answers = 0

    /// Hands the bytes over and starts again empty.
    mutating func take() -> [UInt8] {
        answers = 0
        let taken = bytes
        bytes = []
        return taken
    }

    /// Makes room for so many octets of DATA at once, if that is worth while.
    mutating func reserve(for count: Int) {
        if count > Self.worthReserving { bytes.reserveCapacity(bytes.count + count + count / 1024) }
    }

    private static let worthReserving = 8 << 10

    /// The 24 octets a client starts with (RFC 9113 § 3.4).
    mutating func preface() {
        bytes.append(contentsOf: Self.clientPreface)
    }

    static let clientPreface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    mutating func data(_ body: ArraySlice<UInt8>, endStream: Bool, on stream: StreamID) {
        header(.data, endStream ? .endStream : [], stream, length: body.count)
        bytes.append(contentsOf: body)
    }

    /// One header block as HEADERS and as many CONTINUATIONs as the peer's frame size demands.
    mutating func headers(
        _ block: [UInt8],
        endStream: Bool,
        on stream: StreamID,
        frameSize: Int
    ) {
        var flags: FrameFlags = endStream ? .endStream : []
        var type = FrameType.headers
        var start = 0
        repeat {
            let end = min(start + frameSize, block.count)
            if end == block.count { flags.insert(.endHeaders) }
            header(type, flags, stream, length: end - start)
            bytes.append(contentsOf: block[start..<end])
            start = end
            type = .continuation
            flags = []
        } while start < block.count
    }

    mutating func resetStream(_ stream: StreamID, _ code: ErrorCode) {
        header(.resetStream, [], stream, length: 4)
        integer(code.rawValue)
    }

    mutating func settings(_ settings: Settings) {
        let changes = settings.changes
        header(.settings, [], .connection, length: changes.count * Settings.entrySize)
        for change in changes {
            integer(change.identifier)
            integer(change.value)
        }
    }

    mutating func settingsAck() {
        answers += 1
        header(.settings, .ack, .connection, length: 0)
    }

    mutating func ping(_ payload: UInt64, ack: Bool) {
        if ack { answers += 1 }
        header(.ping, ack ? .ack : [], .connection, length: 8)
        integer(payload)
    }

    mutating func goAway(lastStream: StreamID, _ code: ErrorCode, debug: [UInt8]) {
        header(.goAway, [], .connection, length: 8 + debug.count)
        integer(lastStream.rawValue)
        integer(code.rawValue)
        bytes.append(contentsOf: debug)
    }

    mutating func windowUpdate(_ stream: StreamID, _ increment: UInt32) {
        header(.windowUpdate, [], stream, length: 4)
        integer(increment)
    }

    /// Counts a RST_STREAM that the peer made us send.
    mutating func countAnswer() {
        answers += 1
    }

    private mutating func header(
        _ type: FrameType,
        _ flags: FrameFlags,
        _ stream: StreamID,
        length: Int
    ) {
        bytes.append(UInt8(truncatingIfNeeded: length >> 16))
        integer(UInt16(truncatingIfNeeded: length))
        bytes.append(type.rawValue)
        bytes.append(flags.rawValue)
        integer(stream.rawValue)
    }

    private mutating func integer<T: FixedWidthInteger & UnsignedInteger>(_ value: T) {
        for shift in stride(from: T.bitWidth - 8, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> T(shift)))
        }
    }
}
