// SPDX-License-Identifier: Apache-2.0
//
// package opi_xpu.host.v1, host.proto beside this file

public import Protobuf

/// The kubelet has chosen functions for a pod; sent by the device plugin.
public struct AllocateRequest: Message {
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
        case 1: try field.read(&resourceName)
        case 2: try field.read(&deviceIDs)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, resourceName)
        writer.write(2, deviceIDs)
        writer.write(unknownFields)
    }
}

/// The wish is recorded; the card works on it.
public struct AllocateResponse: Message {
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
