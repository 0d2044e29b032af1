// SPDX-License-Identifier: Apache-2.0

import Bytes

/// Walks the attributes of a message or nest without copying; every length is checked.
public struct AttributeReader: ~Escapable, Sendable {
    private var reader: ByteReader

    /// Starts at the first attribute of `bytes`.
    @_lifetime(copy bytes)
    public init(_ bytes: Span<UInt8>) {
        reader = ByteReader(bytes)
    }

    /// The next attribute, nil at the end.
    ///
    /// - Throws: ``NetlinkError/badAttributeLength(claimed:available:)``.
    @_lifetime(copy self)
    public mutating func next() throws(NetlinkError) -> ReceivedAttribute? {
        if reader.isAtEnd { return nil }
        let available = reader.remaining
        var claimed = 0
        do {
            claimed = Int(try reader.native(UInt16.self))
            let type = try reader.native(UInt16.self)
            let payload = try reader.slice(claimed - Attribute.headerLength)
            // The padding of the last attribute may be missing.
            let padding = Attribute.aligned(claimed) - claimed
            try reader.skip(min(padding, reader.remaining))
            return ReceivedAttribute(type: type & Attribute.typeMask, payload: payload)
        } catch {
            throw .badAttributeLength(claimed: claimed, available: available)
        }
    }
}

/// One attribute as it was received, its payload lent.
public struct ReceivedAttribute: ~Escapable, Sendable {
    /// The number within the enclosing message or nest, without flags.
    public let type: UInt16
    /// The bytes of the value.
    public let payload: Span<UInt8>

    @_lifetime(copy payload)
    init(type: UInt16, payload: Span<UInt8>) {
        self.type = type
        self.payload = payload
    }

    /// An integer in this machine's order, of exactly the size of its type.
    ///
    /// - Throws: ``NetlinkError/wrongSize(attribute:wanted:found:)``.
    public func integer<Value: FixedWidthInteger & UnsignedInteger>(
        _ type: Value.Type = Value.self
    ) throws(NetlinkError) -> Value {
        let wanted = Value.bitWidth / 8
        guard payload.count == wanted else { throw wrongSize(wanted) }
        do {
            var reader = ByteReader(payload)
            return try reader.native(Value.self)
        } catch {
            throw wrongSize(wanted)
        }
    }

    /// Text up to the first zero byte; bytes that are not UTF-8 become U+FFFD.
    public func text() -> String {
        String(decoding: bytes().prefix { $0 != 0 }, as: UTF8.self)
    }

    /// A copy of the payload.
    public func bytes() -> [UInt8] {
        [UInt8](copying: payload)
    }

    /// The payload as a nest of attributes.
    @_lifetime(copy self)
    public func nested() -> AttributeReader {
        AttributeReader(payload)
    }

    private func wrongSize(_ wanted: Int) -> NetlinkError {
        .wrongSize(attribute: type, wanted: wanted, found: payload.count)
    }
}
