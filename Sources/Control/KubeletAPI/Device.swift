// SPDX-License-Identifier: Apache-2.0
//
// package v1beta1, k8s.io/kubelet deviceplugin api.proto

public import Protobuf

/// All devices of the resource, again after each change.
public struct ListAndWatchResponse: Message {
    /// The devices.
    public var devices: [Device] = []
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&devices)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, devices)
        writer.write(unknownFields)
    }
}

/// One device.
public struct Device: Message {
    /// At most 63 characters: the PCI address.
    public var id = ""
    /// `Healthy` or `Unhealthy`.
    public var health = ""
    /// Where it is; nil when unknown.
    public var topology: TopologyInfo?
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&id)
        case 2: try field.read(&health)
        case 3: try field.read(&topology)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, id)
        writer.write(2, health)
        writer.write(3, topology)
        writer.write(unknownFields)
    }
}

/// Where a device is.
public struct TopologyInfo: Message {
    /// Its NUMA nodes.
    public var nodes: [NUMANode] = []
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&nodes)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, nodes)
        writer.write(unknownFields)
    }
}

/// A NUMA node.
public struct NUMANode: Message {
    /// Its number.
    public var id: Int64 = 0
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&id)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, id)
        writer.write(unknownFields)
    }
}
