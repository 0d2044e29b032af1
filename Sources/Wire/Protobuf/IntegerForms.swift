// SPDX-License-Identifier: Apache-2.0

/// An integer of four or eight bytes.
struct Fixed<Integer: FixedWidthInteger & Sendable>: FieldValue {
    var value: Integer

    init(_ value: Integer) {
        self.value = value
    }

    init() {
        value = 0
    }

    init(from reader: inout WireReader) throws(ProtobufError) {
        switch Self.wireType {
        case .fixed32: value = Integer(truncatingIfNeeded: try reader.fixed() as UInt32)
        default: value = Integer(truncatingIfNeeded: try reader.fixed() as UInt64)
        }
    }

    static var wireType: WireType {
        precondition(Integer.bitWidth == 32 || Integer.bitWidth == 64)
        return Integer.bitWidth == 32 ? .fixed32 : .fixed64
    }

    func encode(to writer: inout FieldWriter) {
        switch Self.wireType {
        case .fixed32: writer.fixed(UInt32(truncatingIfNeeded: value))
        default: writer.fixed(UInt64(truncatingIfNeeded: value))
        }
    }
}

/// An integer whose sign is the lowest bit: 0, -1, 1, -2 are 0, 1, 2, 3.
struct Zigzag<Integer: FixedWidthInteger & SignedInteger & Sendable>: FieldValue {
    var value: Integer

    init(_ value: Integer) {
        self.value = value
    }

    init() {
        value = 0
    }

    init(from reader: inout WireReader) throws(ProtobufError) {
        let bits = Integer.Magnitude(truncatingIfNeeded: try reader.varint())
        value =
            Integer(truncatingIfNeeded: bits >> 1) ^ (0 &- Integer(truncatingIfNeeded: bits & 1))
    }

    static var wireType: WireType { .varint }

    func encode(to writer: inout FieldWriter) {
        let bits = (value << 1) ^ (value >> (Integer.bitWidth - 1))
        writer.varint(UInt64(Integer.Magnitude(truncatingIfNeeded: bits)))
    }
}
