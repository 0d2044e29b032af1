// SPDX-License-Identifier: Apache-2.0
//
// opi_api.network.evpn_gw.v1alpha1, l3_xpu_infra_mgr.proto

public import Protobuf

/// The gateway of a layer 2 domain into a layer 3 domain.
public struct Svi: Message {
    /// The server's name for it, `//network.opiproject.org/svis/<id>`.
    public var name = ""
    /// What is wanted.
    public var spec: SviSpec?
    /// What the server says of it.
    public var status: SviStatus?
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

/// What a gateway should be.
public struct SviSpec: Message {
    /// The full name of the layer 3 domain.
    public var vrf = ""
    /// The full name of the layer 2 domain.
    public var logicalBridge = ""
    /// The gateway's hardware address, six octets.
    public var macAddress: [UInt8] = []
    /// The gateway's addresses.
    public var gatewayIPPrefixes: [IPPrefixMessage] = []
    /// Whether it speaks BGP with the hosts.
    public var enableBGP = false
    /// Their autonomous system, 1 to 65535 with BGP and 0 without.
    public var remoteAS: UInt32 = 0
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&vrf)
        case 2: try field.read(&logicalBridge)
        case 3: try field.read(&macAddress)
        case 4: try field.read(&gatewayIPPrefixes)
        case 5: try field.read(&enableBGP)
        case 6: try field.read(&remoteAS)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, vrf)
        writer.write(2, logicalBridge)
        writer.write(3, macAddress)
        writer.write(4, gatewayIPPrefixes)
        writer.write(5, enableBGP)
        writer.write(6, remoteAS)
        writer.write(unknownFields)
    }
}

/// What the server says of a gateway.
public struct SviStatus: Message {
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
