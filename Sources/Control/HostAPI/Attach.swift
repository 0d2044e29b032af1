// SPDX-License-Identifier: Apache-2.0
//
// package opi_xpu.host.v1, host.proto beside this file

public import Protobuf

/// A pod's container wants a function; sent by the CNI.
public struct AttachRequest: Message {
    /// PCI address of the function.
    public var deviceID = ""
    /// The runtime's id of the sandbox.
    public var containerID = ""
    /// The interface's name in the pod.
    public var interfaceName = ""
    /// Path of the pod's network namespace.
    public var networkNamespace = ""
    /// The pod, nil outside Kubernetes.
    public var pod: PodReference?
    /// The function's own MAC address, 6 octets.
    public var macAddress: [UInt8] = []
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
        case 4: try field.read(&networkNamespace)
        case 5: try field.read(&pod)
        case 6: try field.read(&macAddress)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, deviceID)
        writer.write(2, containerID)
        writer.write(3, interfaceName)
        writer.write(4, networkNamespace)
        writer.write(5, pod)
        writer.write(6, macAddress)
        writer.write(unknownFields)
    }
}

/// What the CNI has to configure, once the card is ready.
public struct AttachResponse: Message {
    /// The network's name.
    public var network = ""
    /// The OPI port's id.
    public var port = ""
    /// MTU to set, 0 to keep the function's own.
    public var mtu: UInt32 = 0
    /// Addresses to add.
    public var addresses: [InterfaceAddress] = []
    /// Routes to add, in this order.
    public var routes: [InterfaceRoute] = []
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&network)
        case 2: try field.read(&port)
        case 3: try field.read(&mtu)
        case 4: try field.read(&addresses)
        case 5: try field.read(&routes)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, network)
        writer.write(2, port)
        writer.write(3, mtu)
        writer.write(4, addresses)
        writer.write(5, routes)
        writer.write(unknownFields)
    }
}

/// A pod.
public struct PodReference: Message {
    /// Its Kubernetes namespace.
    public var namespace = ""
    /// Its name.
    public var name = ""
    /// Its UID.
    public var uid = ""
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&namespace)
        case 2: try field.read(&name)
        case 3: try field.read(&uid)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, namespace)
        writer.write(2, name)
        writer.write(3, uid)
        writer.write(unknownFields)
    }
}

/// An address of the interface.
public struct InterfaceAddress: Message {
    /// The address with its prefix length, `10.0.0.5/24`.
    public var address = ""
    /// The subnet's router, empty when it has none.
    public var gateway = ""
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&address)
        case 2: try field.read(&gateway)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, address)
        writer.write(2, gateway)
        writer.write(unknownFields)
    }
}

/// A route of the pod.
public struct InterfaceRoute: Message {
    /// Where it leads, `0.0.0.0/0`.
    public var destination = ""
    /// The router, empty when the destination is on the link.
    public var gateway = ""
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&destination)
        case 2: try field.read(&gateway)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, destination)
        writer.write(2, gateway)
        writer.write(unknownFields)
    }
}
