// SPDX-License-Identifier: Apache-2.0

import Bytes

extension String: FieldValue {
    /// Text is length-delimited.
    public static var wireType: WireType { .lengthDelimited }

    /// Reads text and refuses what is not UTF-8.
    public init(from reader: inout WireReader) throws(ProtobufError) {
        self = try reader.text()
    }

    /// Writes the length and the UTF-8.
    public func encode(to writer: inout FieldWriter) {
        writer.varint(UInt64(utf8.count))
        writer.append(utf8)
    }
}

extension [UInt8]: FieldValue {
    /// Bytes are length-delimited.
    public static var wireType: WireType { .lengthDelimited }

    /// Copies the bytes.
    public init(from reader: inout WireReader) throws(ProtobufError) {
        self.init(copying: try reader.content())
    }

    /// Writes the length and the bytes.
    public func encode(to writer: inout FieldWriter) {
        writer.varint(UInt64(count))
        writer.append(self)
    }
}

extension Bool: FieldValue {
    /// Truth values are varints.
    public static var wireType: WireType { .varint }

    /// Takes every number but 0 as true.
    public init(from reader: inout WireReader) throws(ProtobufError) {
        self = try reader.varint() != 0
    }

    /// Writes 0 or 1.
    public func encode(to writer: inout FieldWriter) {
        writer.varint(self ? 1 : 0)
    }
}

extension FieldValue where Self: FixedWidthInteger {
    /// Integers are varints unless a label says otherwise.
    public static var wireType: WireType { .varint }

    /// Reads the low bits.
    public init(from reader: inout WireReader) throws(ProtobufError) {
        self.init(truncatingIfNeeded: try reader.varint())
    }

    /// Writes the value, a negative one in ten bytes.
    public func encode(to writer: inout FieldWriter) {
        writer.varint(UInt64(truncatingIfNeeded: self))
    }
}

extension Int32: FieldValue {}
extension Int64: FieldValue {}
extension UInt32: FieldValue {}
extension UInt64: FieldValue {}

extension Float: FieldValue {
    /// A `float` has four bytes.
    public static var wireType: WireType { .fixed32 }

    /// Only positive zero is the default.
    public var isDefault: Bool { bitPattern == 0 }

    /// Reads the bit pattern.
    public init(from reader: inout WireReader) throws(ProtobufError) {
        self.init(bitPattern: try reader.fixed())
    }

    /// Writes the bit pattern.
    public func encode(to writer: inout FieldWriter) {
        writer.fixed(bitPattern)
    }
}

extension Double: FieldValue {
    /// A `double` has eight bytes.
    public static var wireType: WireType { .fixed64 }

    /// Only positive zero is the default.
    public var isDefault: Bool { bitPattern == 0 }

    /// Reads the bit pattern.
    public init(from reader: inout WireReader) throws(ProtobufError) {
        self.init(bitPattern: try reader.fixed())
    }

    /// Writes the bit pattern.
    public func encode(to writer: inout FieldWriter) {
        writer.fixed(bitPattern)
    }
}
