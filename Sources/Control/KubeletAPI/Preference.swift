// SPDX-License-Identifier: Apache-2.0
//
// package v1beta1, k8s.io/kubelet deviceplugin api.proto

public import Protobuf

/// Asks which devices would suit the containers of a pod best.
public struct PreferredAllocationRequest: Message {
    /// One per container.
    public var containerRequests: [ContainerPreferredAllocationRequest] = []
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&containerRequests)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, containerRequests)
        writer.write(unknownFields)
    }
}

/// Asks which devices would suit one container best.
public struct ContainerPreferredAllocationRequest: Message {
    /// Those to choose from.
    public var availableDeviceIDs: [String] = []
    /// Those that are chosen already.
    public var mustIncludeDeviceIDs: [String] = []
    /// How many the container gets.
    public var allocationSize: Int32 = 0
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&availableDeviceIDs)
        case 2: try field.read(&mustIncludeDeviceIDs)
        case 3: try field.read(&allocationSize)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, availableDeviceIDs)
        writer.write(2, mustIncludeDeviceIDs)
        writer.write(3, allocationSize)
        writer.write(unknownFields)
    }
}

/// What would suit the containers best.
public struct PreferredAllocationResponse: Message {
    /// One per container, in the request's order.
    public var containerResponses: [ContainerPreferredAllocationResponse] = []
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&containerResponses)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, containerResponses)
        writer.write(unknownFields)
    }
}

/// What would suit one container best; the kubelet may choose otherwise.
public struct ContainerPreferredAllocationResponse: Message {
    /// The devices.
    public var deviceIDs: [String] = []
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&deviceIDs)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, deviceIDs)
        writer.write(unknownFields)
    }
}

/// A container with these devices is about to start.
public struct PreStartContainerRequest: Message {
    /// Its devices.
    public var deviceIDs: [String] = []
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&deviceIDs)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, deviceIDs)
        writer.write(unknownFields)
    }
}

/// The devices are ready.
public struct PreStartContainerResponse: Message {
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
