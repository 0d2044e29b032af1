// SPDX-License-Identifier: Apache-2.0
//
// package v1beta1, k8s.io/kubelet deviceplugin api.proto

public import Protobuf

/// Which optional calls the plugin wants.
public struct DevicePluginOptions: Message {
    /// Whether PreStartContainer is to be called.
    public var preStartRequired = false
    /// Whether GetPreferredAllocation may be called.
    public var preferredAllocationAvailable = false
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&preStartRequired)
        case 2: try field.read(&preferredAllocationAvailable)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, preStartRequired)
        writer.write(2, preferredAllocationAvailable)
        writer.write(unknownFields)
    }
}

/// Tells the kubelet of a plugin.
public struct RegisterRequest: Message {
    /// `v1beta1`.
    public var version = ""
    /// The socket's file name in the plugin directory.
    public var endpoint = ""
    /// The extended resource, `domain/name`.
    public var resourceName = ""
    /// The plugin's options.
    public var options: DevicePluginOptions?
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
        case 4: try field.read(&options)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, version)
        writer.write(2, endpoint)
        writer.write(3, resourceName)
        writer.write(4, options)
        writer.write(unknownFields)
    }
}

/// The empty message of the device plugin API.
public struct Empty: Message {
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
