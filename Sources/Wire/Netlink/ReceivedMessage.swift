// SPDX-License-Identifier: Apache-2.0

import Bytes

/// Walks the messages of one received datagram without copying; every length is checked.
public struct MessageReader: ~Escapable, Sendable {
    private var reader: ByteReader

    /// Starts at the first message of `datagram`.
    @_lifetime(copy datagram)
    public init(_ datagram: Span<UInt8>) {
        reader = ByteReader(datagram)
    }

    /// The next message, nil at the end.
    ///
    /// - Throws: ``NetlinkError/badMessageLength(claimed:available:)``.
    @_lifetime(copy self)
    public mutating func next() throws(NetlinkError) -> ReceivedMessage? {
        if reader.isAtEnd { return nil }
        let available = reader.remaining
        var claimed: UInt32 = 0
        do {
            claimed = try reader.native(UInt32.self)
            let type = MessageType(rawValue: try reader.native(UInt16.self))
            let flags = MessageFlags(rawValue: try reader.native(UInt16.self))
            let sequence = try reader.native(UInt32.self)
            let port = try reader.native(UInt32.self)
            let payload = try reader.slice(Int(claimed) - NetlinkMessage.headerLength)
            let padding = Attribute.aligned(Int(claimed)) - Int(claimed)
            try reader.skip(min(padding, reader.remaining))
            return ReceivedMessage(
                type: type,
                flags: flags,
                sequence: sequence,
                port: port,
                payload: payload
            )
        } catch {
            throw .badMessageLength(claimed: claimed, available: available)
        }
    }
}

/// One message as it was received, its payload lent.
public struct ReceivedMessage: ~Escapable, Sendable {
    /// What it is about.
    public let type: MessageType
    /// How it is meant.
    public let flags: MessageFlags
    /// The sequence of the request it answers.
    public let sequence: UInt32
    /// The socket it is for.
    public let port: UInt32
    /// The family's fixed header and the attributes.
    public let payload: Span<UInt8>

    @_lifetime(copy payload)
    init(
        type: MessageType,
        flags: MessageFlags,
        sequence: UInt32,
        port: UInt32,
        payload: Span<UInt8>
    ) {
        self.type = type
        self.flags = flags
        self.sequence = sequence
        self.port = port
        self.payload = payload
    }
}
