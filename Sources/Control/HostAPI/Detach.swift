// SPDX-License-Identifier: Apache-2.0
//
// package opi_xpu.host.v1, host.proto beside this file

public import Protobuf

/// A pod's container has given its function back; sent by the CNI after the move home.
public struct DetachRequest: Message {
    /// PCI address of the function, empty when it is not known.
    public var deviceID = ""
    /// The runtime's id of the sandbox.
    public var containerID = ""
    /// The interface's name in the pod.
    public var interfaceName = ""
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&deviceID)
        case 2: try field.read(&containerID)
        case 3: try field.read(&interfaceName)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, deviceID)
        writer.write(2, containerID)
        writer.write(3, interfaceName)
        writer.write(unknownFields)
    }
}

/// The port is being removed; nothing has to be waited for.
public struct DetachResponse: Message {
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
