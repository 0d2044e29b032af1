// SPDX-License-Identifier: Apache-2.0
//
// package v1, k8s.io/kubelet podresources api.proto

public import Protobuf

/// Devices of one resource.
public struct ContainerDevices: Message {
    /// The extended resource.
    public var resourceName = ""
    /// The devices.
    public var deviceIDs: [String] = []
    /// Where they are; nil when unknown.
    public var topology: TopologyInfo?
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&resourceName)
        case 2: try field.read(&deviceIDs)
        case 3: try field.read(&topology)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, resourceName)
        writer.write(2, deviceIDs)
        writer.write(3, topology)
        writer.write(unknownFields)
    }
}

/// Memory of one kind.
public struct ContainerMemory: Message {
    /// `memory`, or a size of huge pages.
    public var memoryType = ""
    /// Bytes.
    public var size: UInt64 = 0
    /// Where it is; nil when unknown.
    public var topology: TopologyInfo?
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&memoryType)
        case 2: try field.read(&size)
        case 3: try field.read(&topology)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, memoryType)
        writer.write(2, size)
        writer.write(3, topology)
        writer.write(unknownFields)
    }
}

/// What a claim has brought.
public struct DynamicResource: Message {
    /// The claim.
    public var claimName = ""
    /// Its namespace.
    public var claimNamespace = ""
    /// The devices.
    public var claimResources: [ClaimResource] = []
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 2: try field.read(&claimName)
        case 3: try field.read(&claimNamespace)
        case 4: try field.read(&claimResources)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(2, claimName)
        writer.write(3, claimNamespace)
        writer.write(4, claimResources)
        writer.write(unknownFields)
    }
}

/// A device of a claim.
public struct ClaimResource: Message {
    /// Its names for the runtime.
    public var cdiDevices: [CDIDevice] = []
    /// The driver.
    public var driverName = ""
    /// The driver's pool.
    public var poolName = ""
    /// The device in the pool.
    public var deviceName = ""
    /// Which share of it; nil when it is not shared.
    public var shareID: String?
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&cdiDevices)
        case 2: try field.read(&driverName)
        case 3: try field.read(&poolName)
        case 4: try field.read(&deviceName)
        case 5: try field.read(&shareID)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, cdiDevices)
        writer.write(2, driverName)
        writer.write(3, poolName)
        writer.write(4, deviceName)
        writer.write(5, shareID)
        writer.write(unknownFields)
    }
}

/// Asks what containers could get.
public struct AllocatableResourcesRequest: Message {
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

/// What containers could get, whether or not somebody has it.
public struct AllocatableResourcesResponse: Message {
    /// Healthy devices.
    public var devices: [ContainerDevices] = []
    /// Processors.
    public var cpuIDs: [Int64] = []
    /// Memory.
    public var memory: [ContainerMemory] = []
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&devices)
        case 2: try field.read(&cpuIDs)
        case 3: try field.read(&memory)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, devices)
        writer.write(2, cpuIDs)
        writer.write(3, memory)
        writer.write(unknownFields)
    }
}
