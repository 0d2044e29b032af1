// SPDX-License-Identifier: Apache-2.0
//
// package opi_xpu.host.v1, host.proto beside this file

public import Protobuf

/// What is there to advertise to the kubelet; asked once by the device plugin.
public struct FollowPoolsRequest: Message {
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

/// All pools as they are now; sent at once and after every change.
public struct Pools: Message {
    /// The pools.
    public var pools: [Pool] = []
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&pools)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, pools)
        writer.write(unknownFields)
    }
}

/// The functions behind one extended resource.
public struct Pool: Message {
    /// The network's name.
    public var network = ""
    /// The extended resource.
    public var resourceName = ""
    /// PCI addresses.
    public var deviceIDs: [String] = []
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&network)
        case 2: try field.read(&resourceName)
        case 3: try field.read(&deviceIDs)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, network)
        writer.write(2, resourceName)
        writer.write(3, deviceIDs)
        writer.write(unknownFields)
    }
}
