// SPDX-License-Identifier: Apache-2.0

import Bytes

/// One field of a message that is being decoded.
///
/// A message reads it into the property that belongs to its number. A field whose wire type does
/// not fit the property leaves it unchanged and becomes an unknown field of the message, as in the
/// reference implementations.
public struct Field: ~Escapable, Sendable {
    /// The field's number, 1 to 2^29 - 1.
    public let number: Int

    /// How the payload is laid out.
    public let wireType: WireType

    /// What the messages below may still use up.
    private(set) var allowance: Allowance

    /// The field with its tag.
    private let raw: Span<UInt8>

    /// The field without its tag.
    private let payload: Span<UInt8>

    /// Whether a property or the unknown fields have it by now.
    private(set) var isTaken = false

    @_lifetime(copy raw, copy payload)
    init(
        number: Int,
        wireType: WireType,
        allowance: Allowance,
        raw: Span<UInt8>,
        payload: Span<UInt8>
    ) {
        self.number = number
        self.wireType = wireType
        self.allowance = allowance
        self.raw = raw
        self.payload = payload
    }

    /// Reads a field without presence; the last one of several wins.
    public mutating func read<V: FieldValue>(_ value: inout V) throws(ProtobufError) {
        if let new: V = try single() { value = new }
    }

    /// Reads a field with presence (`optional` or in a `oneof`).
    public mutating func read<V: FieldValue>(_ value: inout V?) throws(ProtobufError) {
        if let new: V = try single() { value = new }
    }

    /// Reads a repeated field, packed or not, and appends.
    public mutating func read<V: FieldValue>(_ values: inout [V]) throws(ProtobufError) {
        guard wireType == .lengthDelimited, V.wireType != .lengthDelimited else {
            if let new: V = try single() { values.append(new) }
            return
        }
        var reader = WireReader(payload, number: number)
        var packed = WireReader(try reader.content(), number: number)
        while !packed.isAtEnd {
            values.append(try V(from: &packed))
        }
        isTaken = true
    }

    /// Reads a message and merges it into `message`.
    public mutating func read<M: Message>(_ message: inout M) throws(ProtobufError) {
        guard wireType == .lengthDelimited else { return }
        guard allowance.depth > 0 else { throw .nestedTooDeep(field: number) }
        guard allowance.messages > 0 else { throw .tooManyMessages(field: number) }
        allowance.messages -= 1
        allowance.depth -= 1
        var reader = WireReader(payload, number: number)
        try message.merge(reader.content(), &allowance)
        allowance.depth += 1
        isTaken = true
    }

    /// Reads a message and merges it into the one that is there.
    public mutating func read<M: Message>(_ message: inout M?) throws(ProtobufError) {
        guard wireType == .lengthDelimited else { return }
        var merged = message.take() ?? M()
        try read(&merged)
        message = merged
    }

    /// Reads a message of a repeated field and appends it.
    public mutating func read<M: Message>(_ messages: inout [M]) throws(ProtobufError) {
        var new: M?
        try read(&new)
        if let new { messages.append(new) }
    }

    /// Copies the field, tag and all, for the message to write back.
    ///
    /// - Throws: Nothing so far; each arm of a message's switch is a `try`.
    public mutating func keep(in unknown: inout UnknownFields) throws(ProtobufError) {
        unknown.append(raw)
        isTaken = true
    }

    private mutating func single<V: FieldValue>() throws(ProtobufError) -> V? {
        guard wireType == V.wireType else { return nil }
        var reader = WireReader(payload, number: number)
        let value = try V(from: &reader)
        isTaken = true
        return value
    }
}
