// SPDX-License-Identifier: Apache-2.0

import Bytes

/// The payloads of one field, or the fields of one message, in the order they came.
public struct WireReader: ~Escapable, Sendable {
    private let bytes: Span<UInt8>
    private var reader: ByteReader

    /// The field that errors name, 0 while a tag is read.
    private var number: Int

    /// Starts at the first of `bytes`; `number` is the field they belong to, for errors.
    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>, number: Int = 0) {
        self.bytes = bytes
        reader = ByteReader(bytes)
        self.number = number
    }

    /// Whether everything was read.
    var isAtEnd: Bool { reader.isAtEnd }

    /// A varint payload of ten bytes at most; bits above the 64th are dropped.
    ///
    /// - Throws: ``ProtobufError/overlongVarint(field:)`` when it goes on after `longest` bytes.
    mutating func varint(longest: Int = 10) throws(ProtobufError) -> UInt64 {
        var value: UInt64 = 0
        for index in 0..<UInt64(longest) {
            let byte = try byte()
            value |= UInt64(byte & 0x7f) << (7 * index)
            if byte & 0x80 == 0 { return value }
        }
        throw .overlongVarint(field: number)
    }

    /// A string's payload.
    mutating func text() throws(ProtobufError) -> String {
        let octets = [UInt8](copying: try content())
        guard let text = String(validating: octets, as: UTF8.self) else {
            throw .invalidText(field: number)
        }
        return text
    }

    /// A payload of four or eight bytes.
    mutating func fixed<T: FixedWidthInteger & UnsignedInteger>() throws(ProtobufError) -> T {
        do throws(BytesError) {
            return try reader.littleEndian(T.self)
        } catch {
            throw .truncated(field: number)
        }
    }

    /// A length-delimited payload without its length.
    @_lifetime(copy self)
    mutating func content() throws(ProtobufError) -> Span<UInt8> {
        try slice(Int(exactly: varint(longest: longestPrefix)) ?? .max)
    }

    /// The next field of a message.
    @_lifetime(copy self)
    mutating func field(_ allowance: Allowance) throws(ProtobufError) -> Field {
        let start = reader.position
        let tag = try tag()
        let payloadStart = reader.position
        try skip(tag, depth: allowance.depth)
        return Field(
            number: tag.number,
            wireType: tag.type,
            allowance: allowance,
            raw: bytes.extracting(start..<reader.position),
            payload: bytes.extracting(payloadStart..<reader.position)
        )
    }

    private typealias Tag = (number: Int, type: WireType)

    private mutating func tag() throws(ProtobufError) -> Tag {
        number = 0
        let bits = try varint(longest: longestPrefix)
        guard let number = Int(exactly: bits >> 3), (1...largestFieldNumber).contains(number) else {
            throw .invalidFieldNumber(bits >> 3)
        }
        guard let type = WireType(rawValue: UInt8(bits & 7)) else {
            throw .invalidWireType(field: number, type: UInt8(bits & 7))
        }
        return (number, type)
    }

    private mutating func skip(_ tag: Tag, depth: Int) throws(ProtobufError) {
        number = tag.number
        switch tag.type {
        case .varint: _ = try varint()
        case .fixed64: _ = try slice(8)
        case .fixed32: _ = try slice(4)
        case .lengthDelimited: _ = try content()
        case .groupStart: try skipGroup(number, depth: depth)
        case .groupEnd: throw .unexpectedGroupEnd(field: number)
        }
    }

    private mutating func skipGroup(_ number: Int, depth: Int) throws(ProtobufError) {
        guard depth > 0 else { throw .nestedTooDeep(field: number) }
        while true {
            guard !isAtEnd else { throw .truncated(field: number) }
            let tag = try tag()
            if tag == (number, .groupEnd) { return }
            try skip(tag, depth: depth - 1)
        }
    }

    private mutating func byte() throws(ProtobufError) -> UInt8 {
        do throws(BytesError) {
            return try reader.byte()
        } catch {
            throw .truncated(field: number)
        }
    }

    @_lifetime(copy self)
    private mutating func slice(_ count: Int) throws(ProtobufError) -> Span<UInt8> {
        do throws(BytesError) {
            return try reader.slice(count)
        } catch {
            throw .truncated(field: number)
        }
    }
}
