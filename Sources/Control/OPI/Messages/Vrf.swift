// SPDX-License-Identifier: Apache-2.0
//
// opi_api.network.evpn_gw.v1alpha1, l3_xpu_infra_mgr.proto

public import Protobuf

/// A layer 3 domain of the card.
public struct Vrf: Message {
    /// The server's name for it, `//network.opiproject.org/vrfs/<id>`.
    public var name = ""
    /// What is wanted.
    public var spec: VrfSpec?
    /// What the server says of it.
    public var status: VrfStatus?
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&name)
        case 2: try field.read(&spec)
        case 3: try field.read(&status)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, name)
        writer.write(2, spec)
        writer.write(3, status)
        writer.write(unknownFields)
    }
}

/// What a layer 3 domain should be.
public struct VrfSpec: Message {
    /// VXLAN network identifier, nil without an overlay.
    public var vni: UInt32?
    /// The address of its loopback.
    public var loopbackIPPrefix: IPPrefixMessage?
    /// The local tunnel end; the server's own choice when absent.
    public var vtepIPPrefix: IPPrefixMessage?
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&vni)
        case 2: try field.read(&loopbackIPPrefix)
        case 3: try field.read(&vtepIPPrefix)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, vni)
        writer.write(2, loopbackIPPrefix)
        writer.write(3, vtepIPPrefix)
        writer.write(unknownFields)
    }
}

/// What the server says of a layer 3 domain; its numbers start at 8.
public struct VrfStatus: Message {
    /// What became of it.
    public var operStatus = OperStatus.unspecified
    /// Who is at work on it.
    public var components: [Component] = []
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 8: try field.read(&operStatus)
        case 9: try field.read(&components)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(8, operStatus)
        writer.write(9, components)
        writer.write(unknownFields)
    }
}
