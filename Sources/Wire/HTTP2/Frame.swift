// SPDX-License-Identifier: Apache-2.0

/// The frame types of RFC 9113 § 6.
struct FrameType: RawRepresentable, Hashable {
    let rawValue: UInt8

    static let data = FrameType(rawValue: 0x0)
    static let headers = FrameType(rawValue: 0x1)
    static let priority = FrameType(rawValue: 0x2)
    static let resetStream = FrameType(rawValue: 0x3)
    static let settings = FrameType(rawValue: 0x4)
    static let pushPromise = FrameType(rawValue: 0x5)
    static let ping = FrameType(rawValue: 0x6)
    static let goAway = FrameType(rawValue: 0x7)
    static let windowUpdate = FrameType(rawValue: 0x8)
    static let continuation = FrameType(rawValue: 0x9)
}

/// The flags of all frame types; a bit means something only where the type defines it.
struct FrameFlags: OptionSet, Hashable {
    let rawValue: UInt8

    static let endStream = FrameFlags(rawValue: 0x1)
    static let ack = FrameFlags(rawValue: 0x1)
    static let endHeaders = FrameFlags(rawValue: 0x4)
    static let padded = FrameFlags(rawValue: 0x8)
    static let priority = FrameFlags(rawValue: 0x20)
}

/// The nine octets before every payload.
///
/// | Octets | Meaning                              |
/// |--------|--------------------------------------|
/// | 0-2    | length of the payload                |
/// | 3      | type                                 |
/// | 4      | flags                                |
/// | 5-8    | one reserved bit, stream identifier  |
///
/// Source: RFC 9113 § 4.1.
struct FrameHeader: Equatable {
    static let size = 9

    var length: Int
    var type: FrameType
    var flags: FrameFlags
    var stream: StreamID
}

extension FrameHeader {
    /// Reads the header at `offset`, where at least nine octets follow.
    init(_ bytes: Span<UInt8>, at offset: Int) {
        length = Int(bytes.bigEndian(at: offset, octets: 3))
        type = FrameType(rawValue: bytes[offset + 3])
        flags = FrameFlags(rawValue: bytes[offset + 4])
        stream = StreamID(rawValue: bytes.bigEndian(at: offset + 5, octets: 4))
    }
}

/// What a HEADERS frame says about the whole header section that it begins.
struct SectionFlags: Equatable {
    /// Whether nothing follows the section on its stream.
    var endStream = false

    /// Whether its priority names its own stream; "a stream cannot depend on itself" (RFC 7540
    /// § 5.3.1, which RFC 9113 deprecates but does not contradict).
    var dependsOnItself = false
}

/// A frame whose lengths and identifiers are known to be right; payloads are lent.
enum Frame: ~Escapable {
    /// `length` is what flow control counts: the body with its padding.
    case data(StreamID, Span<UInt8>, length: Int, endStream: Bool)
    case headers(StreamID, fragment: Span<UInt8>, SectionFlags, endHeaders: Bool)
    case priority(StreamID)
    case resetStream(StreamID, ErrorCode)
    case settings(Span<UInt8>)
    case settingsAck
    case pushPromise
    case ping(UInt64, ack: Bool)
    case goAway(lastStream: StreamID, ErrorCode, debug: Span<UInt8>)
    /// The increment is 1 to 2^31-1; stream 0 is the connection.
    case windowUpdate(StreamID, UInt32)
    case continuation(StreamID, fragment: Span<UInt8>, endHeaders: Bool)
    case unknown
}
