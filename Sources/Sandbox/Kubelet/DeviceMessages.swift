// SPDX-License-Identifier: Apache-2.0
//
// package opi_xpu.sandbox.v1, pods.proto beside this file

public import Protobuf

/// Asks what the device manager knows.
public struct DeviceStateRequest: Message {
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

/// What the device manager knows.
public struct DeviceStateResponse: Message {
    /// In the order of their names.
    public var resources: [ResourceState] = []
    /// The last 256, oldest first.
    public var registrations: [PluginRegistration] = []
    /// In the order of their making.
    public var assignments: [DeviceAssignment] = []
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&resources)
        case 2: try field.read(&registrations)
        case 3: try field.read(&assignments)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, resources)
        writer.write(2, registrations)
        writer.write(3, assignments)
        writer.write(unknownFields)
    }
}

/// An extended resource.
public struct ResourceState: Message {
    /// `domain/name`.
    public var name = ""
    /// The plugin's socket, empty when none has registered since the start.
    public var endpoint = ""
    /// Whether the plugin's stream is there.
    public var isConnected = false
    /// Whether it wants PreStartContainer.
    public var preStartRequired = false
    /// Whether it answers GetPreferredAllocation.
    public var preferredAllocationAvailable = false
    /// All devices.
    public var capacity: UInt32 = 0
    /// Healthy devices.
    public var allocatable: UInt32 = 0
    /// In the order of their ids.
    public var devices: [DeviceHealth] = []
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&name)
        case 2: try field.read(&endpoint)
        case 3: try field.read(&isConnected)
        case 4: try field.read(&preStartRequired)
        case 5: try field.read(&preferredAllocationAvailable)
        case 6: try field.read(&capacity)
        case 7: try field.read(&allocatable)
        case 8: try field.read(&devices)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, name)
        writer.write(2, endpoint)
        writer.write(3, isConnected)
        writer.write(4, preStartRequired)
        writer.write(5, preferredAllocationAvailable)
        writer.write(6, capacity)
        writer.write(7, allocatable)
        writer.write(8, devices)
        writer.write(unknownFields)
    }
}

/// A device.
public struct DeviceHealth: Message {
    /// As the plugin names it.
    public var id = ""
    /// `Healthy` or `Unhealthy`.
    public var health = ""
    /// Where it is; empty when unknown.
    public var numaNodes: [Int64] = []
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&id)
        case 2: try field.read(&health)
        case 3: try field.read(&numaNodes)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, id)
        writer.write(2, health)
        writer.write(3, numaNodes)
        writer.write(unknownFields)
    }
}

/// A registration that came in.
public struct PluginRegistration: Message {
    /// As the plugin said.
    public var version = ""
    /// As the plugin said.
    public var endpoint = ""
    /// As the plugin said.
    public var resourceName = ""
    /// Whether it was accepted.
    public var isAccepted = false
    /// Why not.
    public var reason = ""
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&version)
        case 2: try field.read(&endpoint)
        case 3: try field.read(&resourceName)
        case 4: try field.read(&isAccepted)
        case 5: try field.read(&reason)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, version)
        writer.write(2, endpoint)
        writer.write(3, resourceName)
        writer.write(4, isAccepted)
        writer.write(5, reason)
        writer.write(unknownFields)
    }
}

/// Devices that a pod has.
public struct DeviceAssignment: Message {
    /// The pod.
    public var podUID = ""
    /// The container.
    public var container = ""
    /// The resource.
    public var resourceName = ""
    /// The devices.
    public var deviceIDs: [String] = []
    /// What the plugin gives the container.
    public var environment: [String: String] = [:]
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&podUID)
        case 2: try field.read(&container)
        case 3: try field.read(&resourceName)
        case 4: try field.read(&deviceIDs)
        case 5: try field.read(&environment)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, podUID)
        writer.write(2, container)
        writer.write(3, resourceName)
        writer.write(4, deviceIDs)
        writer.write(5, environment)
        writer.write(unknownFields)
    }
}
