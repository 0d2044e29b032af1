// SPDX-License-Identifier: Apache-2.0
//
// opi_api.network.evpn_gw.v1alpha1, l2_xpu_infra_mgr.proto and l3_xpu_infra_mgr.proto

public import Protobuf

// The requests of one kind of object have the same fields under the same numbers as those of every
// other kind; only the names of fields differ, which are not on the wire.

/// Asks for a new object; the server answers with an old one of the same id.
public struct CreateRequest<Object: Message>: Message {
    /// The wanted id: 4 to 63 of `a-z0-9-`, a letter first; empty for a random one.
    public var id = ""
    /// What to make.
    public var object: Object?
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&id)
        case 2: try field.read(&object)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, id)
        writer.write(2, object)
        writer.write(unknownFields)
    }
}

/// Asks for one page.
public struct ListRequest<Object: Message>: Message {
    /// At most this many, 0 for the server's choice.
    public var pageSize: Int32 = 0
    /// Where the last page ended, empty at first.
    public var pageToken = ""
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&pageSize)
        case 2: try field.read(&pageToken)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, pageSize)
        writer.write(2, pageToken)
        writer.write(unknownFields)
    }
}

/// One page.
public struct ListResponse<Object: Message>: Message {
    /// The objects, ordered by name.
    public var objects: [Object] = []
    /// Where the next page starts, empty after the last.
    public var nextPageToken = ""
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&objects)
        case 2: try field.read(&nextPageToken)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, objects)
        writer.write(2, nextPageToken)
        writer.write(unknownFields)
    }
}

/// Asks for one object.
public struct GetRequest<Object: Message>: Message {
    /// The full name, as the server gave it.
    public var name = ""
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&name)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, name)
        writer.write(unknownFields)
    }
}

/// Asks for a change of an object.
public struct UpdateRequest<Object: Message>: Message {
    /// The object by its name, with new values.
    public var object: Object?
    /// Which of them to take; absent for those that are set.
    public var updateMask: FieldMask?
    /// Whether an object that is not there is made.
    public var allowMissing = false
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&object)
        case 2: try field.read(&updateMask)
        case 3: try field.read(&allowMissing)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, object)
        writer.write(2, updateMask)
        writer.write(3, allowMissing)
        writer.write(unknownFields)
    }
}

/// Asks for the end of an object.
public struct DeleteRequest<Object: Message>: Message {
    /// The full name.
    public var name = ""
    /// Whether an object that is not there is a success.
    public var allowMissing = false
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&name)
        case 2: try field.read(&allowMissing)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, name)
        writer.write(2, allowMissing)
        writer.write(unknownFields)
    }
}
