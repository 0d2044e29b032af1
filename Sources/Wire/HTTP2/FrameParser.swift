// SPDX-License-Identifier: Apache-2.0

extension Span<UInt8> {
    /// An integer of one to four octets in network order; the caller has checked the length.
    func bigEndian(at offset: Int, octets: Int) -> UInt32 {
        var value: UInt32 = 0
        for index in offset..<(offset + octets) {
            value = value << 8 | UInt32(self[index])
        }
        return value
    }
}

extension Frame {
    /// Octets of the deprecated priority fields.
    private static let prioritySize = 5

    /// Checks a complete frame by itself, without knowing any stream.
    ///
    /// - Throws: The error and scope that RFC 9113 § 4.2 and § 6 give for the frame's type.
    @_lifetime(copy payload)
    init(_ header: FrameHeader, _ payload: Span<UInt8>) throws(Violation) {
        switch header.type {
        case .data, .headers, .continuation, .pushPromise:
            self = try Self.message(header, payload)
        case .priority, .resetStream:
            self = try Self.streamControl(header, payload)
        case .settings, .ping, .goAway:
            self = try Self.connectionControl(header, payload)
        case .windowUpdate:
            self = try Self.windowUpdate(header, payload)
        default:
            self = .unknown
        }
    }

    @_lifetime(copy payload)
    private static func message(
        _ header: FrameHeader,
        _ payload: Span<UInt8>
    ) throws(Violation) -> Frame {
        try requireStream(header)
        let endStream = header.flags.contains(.endStream)
        let endHeaders = header.flags.contains(.endHeaders)
        switch header.type {
        case .data:
            let body = try unpadded(header, payload)
            return .data(header.stream, body, length: payload.count, endStream: endStream)
        case .headers:
            let priority = header.flags.contains(.priority) ? prioritySize : 0
            let fragment = try unpadded(header, payload, prefix: priority)
            var flags = SectionFlags(endStream: endStream)
            if priority > 0 {
                let start = header.flags.contains(.padded) ? 1 : 0
                flags.dependsOnItself = dependsOnItself(header, payload, at: start)
            }
            return .headers(header.stream, fragment: fragment, flags, endHeaders: endHeaders)
        case .continuation:
            return .continuation(header.stream, fragment: payload, endHeaders: endHeaders)
        default:
            return .pushPromise
        }
    }

    @_lifetime(copy payload)
    private static func streamControl(
        _ header: FrameHeader,
        _ payload: Span<UInt8>
    ) throws(Violation) -> Frame {
        try requireStream(header)
        if header.type == .priority {
            guard payload.count == prioritySize else {
                throw .stream(header.stream, .frameSizeError)
            }
            guard !dependsOnItself(header, payload, at: 0) else {
                throw .stream(header.stream, .protocolError)
            }
            return .priority(header.stream)
        }
        guard payload.count == 4 else {
            throw .connection(.frameSizeError, "RST_STREAM is not 4 octets long")
        }
        let code = ErrorCode(rawValue: payload.bigEndian(at: 0, octets: 4))
        return .resetStream(header.stream, code)
    }

    @_lifetime(copy payload)
    private static func connectionControl(
        _ header: FrameHeader,
        _ payload: Span<UInt8>
    ) throws(Violation) -> Frame {
        guard header.stream == .connection else {
            throw .connection(.protocolError, "SETTINGS, PING or GOAWAY on a stream")
        }
        switch header.type {
        case .settings:
            return try settings(header, payload)
        case .ping:
            guard payload.count == 8 else {
                throw .connection(.frameSizeError, "PING is not 8 octets long")
            }
            let high = UInt64(payload.bigEndian(at: 0, octets: 4))
            let low = UInt64(payload.bigEndian(at: 4, octets: 4))
            return .ping(high << 32 | low, ack: header.flags.contains(.ack))
        default:
            guard payload.count >= 8 else {
                throw .connection(.frameSizeError, "GOAWAY is shorter than 8 octets")
            }
            return .goAway(
                lastStream: StreamID(rawValue: payload.bigEndian(at: 0, octets: 4)),
                ErrorCode(rawValue: payload.bigEndian(at: 4, octets: 4)),
                debug: payload.extracting(droppingFirst: 8)
            )
        }
    }

    @_lifetime(copy payload)
    private static func settings(
        _ header: FrameHeader,
        _ payload: Span<UInt8>
    ) throws(Violation) -> Frame {
        if header.flags.contains(.ack) {
            guard payload.isEmpty else {
                throw .connection(.frameSizeError, "SETTINGS acknowledgement with a payload")
            }
            return .settingsAck
        }
        guard payload.count.isMultiple(of: Settings.entrySize) else {
            throw .connection(.frameSizeError, "SETTINGS is not a multiple of 6 octets long")
        }
        return .settings(payload)
    }

    @_lifetime(copy payload)
    private static func windowUpdate(
        _ header: FrameHeader,
        _ payload: Span<UInt8>
    ) throws(Violation) -> Frame {
        guard payload.count == 4 else {
            throw .connection(.frameSizeError, "WINDOW_UPDATE is not 4 octets long")
        }
        let increment = payload.bigEndian(at: 0, octets: 4) & 0x7fff_ffff
        guard increment > 0 else {
            guard header.stream == .connection else {
                throw .stream(header.stream, .protocolError)
            }
            throw .connection(.protocolError, "WINDOW_UPDATE of zero for the connection")
        }
        return .windowUpdate(header.stream, increment)
    }

    /// Whether the priority fields at `start` name the frame's own stream.
    private static func dependsOnItself(
        _ header: FrameHeader,
        _ payload: Span<UInt8>,
        at start: Int
    ) -> Bool {
        StreamID(rawValue: payload.bigEndian(at: start, octets: 4)) == header.stream
    }

    private static func requireStream(_ header: FrameHeader) throws(Violation) {
        guard header.stream != .connection else {
            throw .connection(.protocolError, "a frame that belongs to a stream is on stream 0")
        }
    }

    /// The payload without its padding and without `prefix` octets before the rest.
    ///
    /// "If the length of the padding is the length of the frame payload or greater, the recipient
    /// MUST treat this as a connection error of type PROTOCOL_ERROR." (§ 6.1)
    @_lifetime(copy payload)
    private static func unpadded(
        _ header: FrameHeader,
        _ payload: Span<UInt8>,
        prefix: Int = 0
    ) throws(Violation) -> Span<UInt8> {
        let isPadded = header.flags.contains(.padded)
        let start = (isPadded ? 1 : 0) + prefix
        guard start <= payload.count else {
            throw .connection(.frameSizeError, "frame too short for its padding or priority")
        }
        let padding = isPadded ? Int(payload[0]) : 0
        guard padding <= payload.count - start else {
            throw .connection(.protocolError, "padding is longer than its frame")
        }
        return payload.extracting(start..<(payload.count - padding))
    }
}
