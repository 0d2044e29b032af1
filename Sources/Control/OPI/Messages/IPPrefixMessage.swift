// SPDX-License-Identifier: Apache-2.0
//
// opi_api.network.opinetcommon.v1alpha1, networktypes.proto

public import Protobuf

/// IPPrefix: an address and how many of its bits are the network's.
public struct IPPrefixMessage: Message {
    /// The address.
    public var address: IPAddressMessage?
    /// Bits, 0 to 32 or 128.
    public var length: Int32 = 0
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&address)
        case 2: try field.read(&length)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, address)
        writer.write(2, length)
        writer.write(unknownFields)
    }
}

/// google.protobuf.Empty.
public struct Empty: Message {
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        try field.keep(in: &unknownFields)
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(unknownFields)
    }
}

/// IPAddress: an IPv4 or IPv6 address.
public struct IPAddressMessage: Message {
    /// Which family is meant.
    public var family = IPFamily.unspecified
    /// The IPv4 address as a number, first octet most significant; nil for IPv6.
    public var v4: UInt32?
    /// The 16 octets of the IPv6 address; nil for IPv4.
    public var v6: [UInt8]?
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire; of the two addresses the last one counts.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&family)
        case 2:
            try field.read(fixed: &v4)
            v6 = v4 == nil ? v6 : nil
        case 3:
            try field.read(&v6)
            v4 = v6 == nil ? v4 : nil
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, family)
        writer.write(2, fixed: v4)
        writer.write(3, v6)
        writer.write(unknownFields)
    }
}

/// IpAf: an address family.
public struct IPFamily: OpenEnum {
    /// The number on the wire.
    public var rawValue: Int32

    /// A family that may be newer than this list.
    public init(rawValue: Int32) { self.rawValue = rawValue }

    /// Not said.
    public static let unspecified = Self(rawValue: 0)
    /// IPv4.
    public static let v4 = Self(rawValue: 1)
    /// IPv6.
    public static let v6 = Self(rawValue: 2)
}
