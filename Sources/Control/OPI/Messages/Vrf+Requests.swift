// SPDX-License-Identifier: Apache-2.0
//
// opi_api.network.evpn_gw.v1alpha1, l3_xpu_infra_mgr.proto

public import Protobuf

/// Asks for a new object; the server answers with an old one of the same id.
public struct CreateVrfRequest: Message {
    /// The wanted id: 4 to 63 of `a-z0-9-`, a letter first; empty for a random one.
    public var vrfID = ""
    /// What to make.
    public var vrf: Vrf?
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&vrfID)
        case 2: try field.read(&vrf)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, vrfID)
        writer.write(2, vrf)
        writer.write(unknownFields)
    }
}

/// Asks for one page.
public struct ListVrfsRequest: Message {
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
public struct ListVrfsResponse: Message {
    /// The objects, ordered by name.
    public var vrfs: [Vrf] = []
    /// Where the next page starts, empty after the last.
    public var nextPageToken = ""
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&vrfs)
        case 2: try field.read(&nextPageToken)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, vrfs)
        writer.write(2, nextPageToken)
        writer.write(unknownFields)
    }
}

/// Asks for one object.
public struct GetVrfRequest: Message {
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

/// Asks for the end of an object.
public struct DeleteVrfRequest: Message {
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

/// Asks for a change of an object.
public struct UpdateVrfRequest: Message {
    /// The object by its name, with new values.
    public var vrf: Vrf?
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
        case 1: try field.read(&vrf)
        case 2: try field.read(&updateMask)
        case 3: try field.read(&allowMissing)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, vrf)
        writer.write(2, updateMask)
        writer.write(3, allowMissing)
        writer.write(unknownFields)
    }
}
