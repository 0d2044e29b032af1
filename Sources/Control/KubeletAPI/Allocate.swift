// SPDX-License-Identifier: Apache-2.0
//
// package v1beta1, k8s.io/kubelet deviceplugin api.proto

public import Protobuf

/// Devices for the containers of a pod that is being admitted.
public struct AllocateRequest: Message {
    /// One per container.
    public var containerRequests: [ContainerAllocateRequest] = []
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

/// Devices for one container.
public struct ContainerAllocateRequest: Message {
    /// The kubelet's choice.
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

/// What the containers get.
public struct AllocateResponse: Message {
    /// One per container, in the request's order.
    public var containerResponses: [ContainerAllocateResponse] = []
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

/// What one container gets.
public struct ContainerAllocateResponse: Message {
    /// Environment variables.
    public var environment: [String: String] = [:]
    /// Mounts.
    public var mounts: [Mount] = []
    /// Device files.
    public var devices: [DeviceSpec] = []
    /// Annotations for the runtime.
    public var annotations: [String: String] = [:]
    /// CDI devices.
    public var cdiDevices: [CDIDevice] = []
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&environment)
        case 2: try field.read(&mounts)
        case 3: try field.read(&devices)
        case 4: try field.read(&annotations)
        case 5: try field.read(&cdiDevices)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, environment)
        writer.write(2, mounts)
        writer.write(3, devices)
        writer.write(4, annotations)
        writer.write(5, cdiDevices)
        writer.write(unknownFields)
    }
}

/// A directory or file of the host in the container.
public struct Mount: Message {
    /// Where the container sees it.
    public var containerPath = ""
    /// Where it is.
    public var hostPath = ""
    /// Whether the container may not write.
    public var isReadOnly = false
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&containerPath)
        case 2: try field.read(&hostPath)
        case 3: try field.read(&isReadOnly)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, containerPath)
        writer.write(2, hostPath)
        writer.write(3, isReadOnly)
        writer.write(unknownFields)
    }
}

/// A device file of the host in the container.
public struct DeviceSpec: Message {
    /// Where the container sees it.
    public var containerPath = ""
    /// Where it is.
    public var hostPath = ""
    /// Some of `rwm`.
    public var permissions = ""
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&containerPath)
        case 2: try field.read(&hostPath)
        case 3: try field.read(&permissions)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, containerPath)
        writer.write(2, hostPath)
        writer.write(3, permissions)
        writer.write(unknownFields)
    }
}

/// A device of the Container Device Interface.
public struct CDIDevice: Message {
    /// `vendor/class=name`.
    public var name = ""
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&name)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, name)
        writer.write(unknownFields)
    }
}
