// SPDX-License-Identifier: Apache-2.0

import Bytes

/// Reads the fixed part of a payload, then lends the attributes behind it.
struct FixedHeader: ~Escapable {
    private var reader: ByteReader
    private let type: StaticString
    private let available: Int

    @_lifetime(copy payload)
    init(_ payload: Span<UInt8>, of type: StaticString) {
        reader = ByteReader(payload)
        self.type = type
        available = payload.count
    }

    mutating func uint8() throws(NetlinkError) -> UInt8 { try integer() }
    mutating func uint16() throws(NetlinkError) -> UInt16 { try integer() }
    mutating func uint32() throws(NetlinkError) -> UInt32 { try integer() }

    mutating func int32() throws(NetlinkError) -> Int32 {
        Int32(bitPattern: try integer())
    }

    mutating func skip(_ count: Int) throws(NetlinkError) {
        do {
            try reader.skip(count)
        } catch {
            throw short(count)
        }
    }

    mutating func skip(atMost count: Int) throws(NetlinkError) {
        try skip(max(0, min(count, reader.remaining)))
    }

    @_lifetime(copy self)
    mutating func attributes() -> AttributeReader {
        AttributeReader(reader.rest())
    }

    private mutating func integer<Value: FixedWidthInteger & UnsignedInteger>()
        throws(NetlinkError) -> Value
    {
        do {
            return try reader.native(Value.self)
        } catch {
            throw short(Value.bitWidth / 8)
        }
    }

    private func short(_ count: Int) -> NetlinkError {
        .shortHeader(type: "\(type)", wanted: reader.position + count, found: available)
    }
}
