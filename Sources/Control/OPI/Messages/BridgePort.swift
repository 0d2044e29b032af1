// SPDX-License-Identifier: Apache-2.0
//
// opi_api.network.evpn_gw.v1alpha1, l2_xpu_infra_mgr.proto

public import Protobuf

/// The card's end of a function.
public struct BridgePort: Message {
    /// The server's name for it, `//network.opiproject.org/ports/<id>`.
    public var name = ""
    /// What is wanted.
    public var spec: BridgePortSpec?
    /// What the server says of it.
    public var status: BridgePortStatus?
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

/// What a bridge port should be.
public struct BridgePortSpec: Message {
    /// The function's MAC address, 6 octets.
    public var macAddress: [UInt8] = []
    /// Access or trunk.
    public var type = BridgePortType.unspecified
    /// Full names of the bridges; exactly one for an access port.
    public var logicalBridges: [String] = []
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&macAddress)
        case 2: try field.read(&type)
        case 3: try field.read(&logicalBridges)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, macAddress)
        writer.write(2, type)
        writer.write(3, logicalBridges)
        writer.write(unknownFields)
    }
}

/// What the server says of a bridge port.
public struct BridgePortStatus: Message {
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

/// BridgePortType: how frames of the port carry their VLAN.
public struct BridgePortType: OpenEnum {
    /// The number on the wire.
    public var rawValue: Int32

    /// A type that may be newer than this list.
    public init(rawValue: Int32) { self.rawValue = rawValue }

    /// Not said.
    public static let unspecified = Self(rawValue: 0)
    /// One bridge, frames untagged.
    public static let access = Self(rawValue: 1)
    /// Several bridges, frames tagged.
    public static let trunk = Self(rawValue: 2)
}
