// SPDX-License-Identifier: Apache-2.0
//
// package v1, k8s.io/kubelet podresources api.proto

public import Protobuf

/// Asks for the resources of every pod.
public struct ListPodResourcesRequest: Message {
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

/// The resources of every pod.
public struct ListPodResourcesResponse: Message {
    /// One per pod.
    public var podResources: [PodResources] = []
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&podResources)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, podResources)
        writer.write(unknownFields)
    }
}

/// Asks for the resources of one pod.
public struct GetPodResourcesRequest: Message {
    /// The pod.
    public var podName = ""
    /// Its namespace.
    public var podNamespace = ""
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&podName)
        case 2: try field.read(&podNamespace)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, podName)
        writer.write(2, podNamespace)
        writer.write(unknownFields)
    }
}

/// The resources of one pod.
public struct GetPodResourcesResponse: Message {
    /// The pod.
    public var podResources: PodResources?
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&podResources)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, podResources)
        writer.write(unknownFields)
    }
}

/// What the containers of a pod hold.
public struct PodResources: Message {
    /// The pod.
    public var name = ""
    /// Its namespace.
    public var namespace = ""
    /// Its containers.
    public var containers: [ContainerResources] = []
    /// Exclusive processors of the whole pod.
    public var cpuIDs: [Int64] = []
    /// Exclusive memory of the whole pod.
    public var memory: [ContainerMemory] = []
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&name)
        case 2: try field.read(&namespace)
        case 3: try field.read(&containers)
        case 4: try field.read(&cpuIDs)
        case 5: try field.read(&memory)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, name)
        writer.write(2, namespace)
        writer.write(3, containers)
        writer.write(4, cpuIDs)
        writer.write(5, memory)
        writer.write(unknownFields)
    }
}

/// What one container holds.
public struct ContainerResources: Message {
    /// The container.
    public var name = ""
    /// Its devices.
    public var devices: [ContainerDevices] = []
    /// Its exclusive processors.
    public var cpuIDs: [Int64] = []
    /// Its exclusive memory.
    public var memory: [ContainerMemory] = []
    /// What it has by claims.
    public var dynamicResources: [DynamicResource] = []
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&name)
        case 2: try field.read(&devices)
        case 3: try field.read(&cpuIDs)
        case 4: try field.read(&memory)
        case 5: try field.read(&dynamicResources)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, name)
        writer.write(2, devices)
        writer.write(3, cpuIDs)
        writer.write(4, memory)
        writer.write(5, dynamicResources)
        writer.write(unknownFields)
    }
}
