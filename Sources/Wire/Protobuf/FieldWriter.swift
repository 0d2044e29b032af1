// SPDX-License-Identifier: Apache-2.0

/// The bytes of a message that is being encoded.
///
/// A nested message is written behind one byte for its length. When it turns out to have 128 bytes
/// or more, it moves up to make room for a longer length: a byte moves at most once for each level
/// above it, which for messages as flat as ours is cheaper than a pass that only measures.
public struct FieldWriter: Sendable {
    /// What was written so far.
    public private(set) var bytes: [UInt8] = []

    /// An empty message.
    public init() {}

    /// An empty message behind `count` zero bytes.
    init(behind count: Int) {
        bytes = Array(repeating: 0, count: count)
    }

    /// Writes a field without presence; the default is left out.
    public mutating func write<V: FieldValue>(_ number: Int, _ value: V) {
        guard !value.isDefault else { return }
        tag(number, V.wireType)
        value.encode(to: &self)
    }

    /// Writes a field with presence if it is there, even the default.
    public mutating func write<V: FieldValue>(_ number: Int, _ value: V?) {
        guard let value else { return }
        tag(number, V.wireType)
        value.encode(to: &self)
    }

    /// Writes a repeated field, packed unless its values are length-delimited.
    public mutating func write<V: FieldValue>(_ number: Int, _ values: [V]) {
        guard !values.isEmpty else { return }
        guard V.wireType == .lengthDelimited else {
            return delimited(number) { writer in
                for value in values { value.encode(to: &writer) }
            }
        }
        for value in values {
            tag(number, V.wireType)
            value.encode(to: &self)
        }
    }

    /// Writes a message if it is there, even an empty one.
    public mutating func write<M: Message>(_ number: Int, _ message: M?) {
        guard let message else { return }
        delimited(number) { message.encode(to: &$0) }
    }

    /// Writes the messages of a repeated field.
    public mutating func write<M: Message>(_ number: Int, _ messages: [M]) {
        for message in messages {
            delimited(number) { message.encode(to: &$0) }
        }
    }

    /// Writes what the decoder kept; call it last.
    public mutating func write(_ unknown: UnknownFields) {
        bytes += unknown.bytes
    }

    mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    mutating func fixed<T: FixedWidthInteger & UnsignedInteger>(_ value: T) {
        for shift in stride(from: 0, to: T.bitWidth, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> T(shift)))
        }
    }

    mutating func append(_ values: some Sequence<UInt8>) {
        bytes.append(contentsOf: values)
    }

    private mutating func tag(_ number: Int, _ type: WireType) {
        precondition((1...largestFieldNumber).contains(number))
        varint(UInt64(number) << 3 | UInt64(type.rawValue))
    }

    private mutating func delimited(_ number: Int, _ content: (inout FieldWriter) -> Void) {
        tag(number, .lengthDelimited)
        bytes.append(0)
        let start = bytes.count
        content(&self)
        var length = bytes.count - start
        var more = 0
        while length >= 0x80 {
            bytes[start - 1 + more] = UInt8(truncatingIfNeeded: length) | 0x80
            bytes.insert(0, at: start + more)
            length >>= 7
            more += 1
        }
        bytes[start - 1 + more] = UInt8(length)
    }
}
