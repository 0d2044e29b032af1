// SPDX-License-Identifier: Apache-2.0

/// A proto3 message, written by hand beside its `.proto` file.
///
///     struct LogicalBridgeSpec: Message {
///         var vlanID: UInt32 = 0
///         var vni: UInt32?
///         var prefix: IPPrefix?
///         var unknownFields = UnknownFields()
///
///         mutating func decode(_ field: inout Field) throws(ProtobufError) {
///             switch field.number {
///             case 1: try field.read(&vlanID)
///             case 2: try field.read(&vni)
///             case 3: try field.read(&prefix)
///             default: try field.keep(in: &unknownFields)
///             }
///         }
///
///         func encode(to writer: inout FieldWriter) {
///             writer.write(1, vlanID)
///             writer.write(2, vni)
///             writer.write(3, prefix)
///             writer.write(unknownFields)
///         }
///     }
///
/// A `oneof` reads into an optional of its own, then stores the case if it is there; it writes that
/// optional, because a member of a `oneof` is sent even when it is zero.
public protocol Message: Hashable, Sendable {
    /// The message with every field at its default.
    init()

    /// Fields that this program does not know, to be written back.
    var unknownFields: UnknownFields { get set }

    /// Reads one field; a field that nothing took becomes unknown.
    mutating func decode(_ field: inout Field) throws(ProtobufError)

    /// Writes the fields in the order of their numbers, the unknown ones last.
    func encode(to writer: inout FieldWriter)
}

extension Message {
    /// Decodes a message.
    public init(
        decoding bytes: Span<UInt8>,
        limits: ProtobufLimits = .standard
    ) throws(ProtobufError) {
        self.init()
        try merge(bytes, limits: limits)
    }

    /// Decodes a message.
    public init(
        decoding bytes: [UInt8],
        limits: ProtobufLimits = .standard
    ) throws(ProtobufError) {
        try self.init(decoding: bytes.span, limits: limits)
    }

    /// Decodes a message over this one: scalars are replaced, lists grow, messages are merged.
    ///
    /// - Throws: ``ProtobufError``; the fields before the fault are merged by then.
    public mutating func merge(
        _ bytes: Span<UInt8>,
        limits: ProtobufLimits = .standard
    ) throws(ProtobufError) {
        guard bytes.count <= limits.messageSize else {
            throw .messageTooLarge(size: bytes.count, limit: limits.messageSize)
        }
        var allowance = Allowance(depth: limits.depth, messages: limits.messages)
        try merge(bytes, &allowance)
    }

    /// The message's bytes; equal messages have equal bytes.
    public func encoded() -> [UInt8] {
        var writer = FieldWriter()
        encode(to: &writer)
        return writer.bytes
    }

    /// The message's bytes behind `count` zero bytes, for a prefix.
    public func encoded(behind count: Int) -> [UInt8] {
        var writer = FieldWriter(behind: count)
        encode(to: &writer)
        return writer.bytes
    }

    mutating func merge(
        _ bytes: Span<UInt8>,
        _ allowance: inout Allowance
    ) throws(ProtobufError) {
        var reader = WireReader(bytes)
        while !reader.isAtEnd {
            var field = try reader.field(allowance)
            try decode(&field)
            if !field.isTaken { try field.keep(in: &unknownFields) }
            allowance = field.allowance
        }
    }
}
