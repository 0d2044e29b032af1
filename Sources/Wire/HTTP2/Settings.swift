// SPDX-License-Identifier: Apache-2.0

/// What one end of a connection demands of the other.
///
/// Source: RFC 9113 § 6.5.2.
public struct Settings: Hashable, Sendable {
    /// Octets of the header compression table, from 0.
    public var headerTableSize: UInt32
    /// Whether the other end may push; this implementation never does and never allows it.
    public var enablePush: Bool
    /// How many streams the other end may have open, nil for any number.
    public var maxConcurrentStreams: UInt32?
    /// DATA octets a new stream may carry before it needs a WINDOW_UPDATE, 0 to 2^31-1.
    public var initialWindowSize: UInt32
    /// Largest payload of a frame, 2^14 to 2^24-1 octets.
    public var maxFrameSize: UInt32
    /// Largest header list, 32 octets added for each field; nil when nothing was said.
    public var maxHeaderListSize: UInt32?

    /// The values that hold until a SETTINGS frame says otherwise, and those given.
    public init(
        headerTableSize: UInt32 = 4096,
        enablePush: Bool = true,
        maxConcurrentStreams: UInt32? = nil,
        initialWindowSize: UInt32 = 65535,
        maxFrameSize: UInt32 = 16384,
        maxHeaderListSize: UInt32? = nil
    ) {
        self.headerTableSize = headerTableSize
        self.enablePush = enablePush
        self.maxConcurrentStreams = maxConcurrentStreams
        self.initialWindowSize = initialWindowSize
        self.maxFrameSize = maxFrameSize
        self.maxHeaderListSize = maxHeaderListSize
    }

    /// What holds before the first SETTINGS frame.
    public static let initial = Settings()

    /// What this project asks of its peers: room for a gRPC message, little for an attacker.
    public static let standard = Settings(
        enablePush: false,
        maxConcurrentStreams: 256,
        initialWindowSize: 1 << 20,
        maxHeaderListSize: 1 << 16
    )
}

// MARK: - Wire

extension Settings {
    /// The identifiers of RFC 9113 § 6.5.2.
    enum Identifier {
        static let headerTableSize: UInt16 = 0x1
        static let enablePush: UInt16 = 0x2
        static let maxConcurrentStreams: UInt16 = 0x3
        static let initialWindowSize: UInt16 = 0x4
        static let maxFrameSize: UInt16 = 0x5
        static let maxHeaderListSize: UInt16 = 0x6
    }

    /// The sizes a frame may be limited to (RFC 9113 § 4.2).
    static let frameSizes: ClosedRange<UInt32> = 1 << 14...(1 << 24) - 1

    /// Octets of one setting: 16 bits of identifier, 32 of value.
    static let entrySize = 6

    /// Takes over the settings of a SETTINGS payload in their order; unknown ones are ignored.
    mutating func apply(_ payload: Span<UInt8>) throws(Violation) {
        var offset = 0
        while offset + Self.entrySize <= payload.count {
            let identifier = UInt16(payload.bigEndian(at: offset, octets: 2))
            try apply(identifier, payload.bigEndian(at: offset + 2, octets: 4))
            offset += Self.entrySize
        }
    }

    private mutating func apply(_ identifier: UInt16, _ value: UInt32) throws(Violation) {
        switch identifier {
        case Identifier.headerTableSize:
            headerTableSize = value
        case Identifier.enablePush:
            guard value <= 1 else {
                throw .connection(.protocolError, "ENABLE_PUSH is neither 0 nor 1")
            }
            enablePush = value == 1
        case Identifier.maxConcurrentStreams:
            maxConcurrentStreams = value
        case Identifier.initialWindowSize:
            guard value <= FlowWindow.maximum else {
                throw .connection(.flowControlError, "INITIAL_WINDOW_SIZE exceeds 2^31-1")
            }
            initialWindowSize = value
        case Identifier.maxFrameSize:
            guard Self.frameSizes.contains(value) else {
                throw .connection(.protocolError, "MAX_FRAME_SIZE is outside 2^14 to 2^24-1")
            }
            maxFrameSize = value
        case Identifier.maxHeaderListSize:
            maxHeaderListSize = value
        default:
            break
        }
    }

    /// The settings that differ from what holds anyway, as identifier and value.
    var changes: [(identifier: UInt16, value: UInt32)] {
        var changes: [(identifier: UInt16, value: UInt32)] = []
        func add(_ identifier: UInt16, _ value: UInt32?, unless usual: UInt32?) {
            if let value, value != usual { changes.append((identifier, value)) }
        }
        let usual = Settings.initial
        add(Identifier.headerTableSize, headerTableSize, unless: usual.headerTableSize)
        add(Identifier.enablePush, enablePush ? 1 : 0, unless: 1)
        add(Identifier.maxConcurrentStreams, maxConcurrentStreams, unless: nil)
        add(Identifier.initialWindowSize, initialWindowSize, unless: usual.initialWindowSize)
        add(Identifier.maxFrameSize, maxFrameSize, unless: usual.maxFrameSize)
        add(Identifier.maxHeaderListSize, maxHeaderListSize, unless: nil)
        return changes
    }
}
