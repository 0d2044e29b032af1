// SPDX-License-Identifier: Apache-2.0
//
// opi_api.network.evpn_gw.v1alpha1, l2_xpu_infra_mgr.proto

public import Protobuf

/// A layer 2 domain of the card.
public struct LogicalBridge: Message {
    /// The server's name for it, `//network.opiproject.org/bridges/<id>`.
    public var name = ""
    /// What is wanted.
    public var spec: LogicalBridgeSpec?
    /// What the server says of it.
    public var status: LogicalBridgeStatus?
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

/// What a logical bridge should be.
public struct LogicalBridgeSpec: Message {
    /// VLAN, 1 to 4095.
    public var vlanID: UInt32 = 0
    /// VXLAN network identifier, nil without an overlay.
    public var vni: UInt32?
    /// The local tunnel end; the server's own choice when absent.
    public var vtepIPPrefix: IPPrefixMessage?
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&vlanID)
        case 2: try field.read(&vni)
        case 3: try field.read(&vtepIPPrefix)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, vlanID)
        writer.write(2, vni)
        writer.write(3, vtepIPPrefix)
        writer.write(unknownFields)
    }
}

/// What the server says of a logical bridge.
public struct LogicalBridgeStatus: Message {
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
        case 1: try field.read(&operStatus)
        case 2: try field.read(&components)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, operStatus)
        writer.write(2, components)
        writer.write(unknownFields)
    }
}
