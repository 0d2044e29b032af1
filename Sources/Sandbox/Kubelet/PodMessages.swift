// SPDX-License-Identifier: Apache-2.0
//
// package opi_xpu.sandbox.v1, pods.proto beside this file

public import Protobuf

/// A pod that is wanted.
public struct RunPodRequest: Message {
    /// Its Kubernetes namespace; empty means `default`.
    public var namespace = ""
    /// Its name, a DNS label.
    public var name = ""
    /// Its networks, the first of which is `eth0`.
    public var networks: [String] = []
    /// How long it may take; 0 means 60.
    public var timeoutSeconds: Double = 0
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&namespace)
        case 2: try field.read(&name)
        case 3: try field.read(&networks)
        case 4: try field.read(&timeoutSeconds)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, namespace)
        writer.write(2, name)
        writer.write(3, networks)
        writer.write(4, timeoutSeconds)
        writer.write(unknownFields)
    }
}

/// The pod runs.
public struct RunPodResponse: Message {
    /// The pod.
    public var pod: Pod?
    /// What the device plugins took, all calls together.
    public var allocateSeconds: Double = 0
    /// What everything took, from the request on.
    public var seconds: Double = 0
    /// Sandboxes that were made, the last one included.
    public var attempts: UInt32 = 0
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&pod)
        case 2: try field.read(&allocateSeconds)
        case 3: try field.read(&seconds)
        case 4: try field.read(&attempts)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, pod)
        writer.write(2, allocateSeconds)
        writer.write(3, seconds)
        writer.write(4, attempts)
        writer.write(unknownFields)
    }
}

/// A pod that is no longer wanted.
public struct DeletePodRequest: Message {
    /// Its Kubernetes namespace; empty means `default`.
    public var namespace = ""
    /// Its name.
    public var name = ""
    /// How long it may take; 0 means 60.
    public var timeoutSeconds: Double = 0
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&namespace)
        case 2: try field.read(&name)
        case 3: try field.read(&timeoutSeconds)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, namespace)
        writer.write(2, name)
        writer.write(3, timeoutSeconds)
        writer.write(unknownFields)
    }
}

/// The pod is gone.
public struct DeletePodResponse: Message {
    /// Its interfaces, in the order of their end.
    public var interfaces: [InterfaceDeletion] = []
    /// What everything took, from the request on.
    public var seconds: Double = 0
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&interfaces)
        case 2: try field.read(&seconds)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, interfaces)
        writer.write(2, seconds)
        writer.write(unknownFields)
    }
}

/// How an interface went.
public struct InterfaceDeletion: Message {
    /// Its name in the pod.
    public var interface = ""
    /// What the successful DEL took.
    public var delSeconds: Double = 0
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&interface)
        case 2: try field.read(&delSeconds)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, interface)
        writer.write(2, delSeconds)
        writer.write(unknownFields)
    }
}

/// Asks for every pod.
public struct ListPodsRequest: Message {
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

/// Every pod there is a record of.
public struct ListPodsResponse: Message {
    /// In the order of namespace and name.
    public var pods: [Pod] = []
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&pods)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, pods)
        writer.write(unknownFields)
    }
}

/// A pod.
public struct Pod: Message {
    /// Its Kubernetes namespace.
    public var namespace = ""
    /// Its name.
    public var name = ""
    /// Its UID.
    public var uid = ""
    /// `Creating`, `Running` or `Terminating`.
    public var phase = ""
    /// The sandbox's id, empty while there is none.
    public var containerID = ""
    /// The path of its network namespace.
    public var networkNamespace = ""
    /// In the order of the request.
    public var interfaces: [PodInterface] = []
    /// The last error, empty when there is none.
    public var message = ""
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
        case 4: try field.read(&phase)
        case 5: try field.read(&containerID)
        case 6: try field.read(&networkNamespace)
        case 7: try field.read(&interfaces)
        case 8: try field.read(&message)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, namespace)
        writer.write(2, name)
        writer.write(3, uid)
        writer.write(4, phase)
        writer.write(5, containerID)
        writer.write(6, networkNamespace)
        writer.write(7, interfaces)
        writer.write(8, message)
        writer.write(unknownFields)
    }
}

/// An interface of a pod.
public struct PodInterface: Message {
    /// The network.
    public var network = ""
    /// Its name in the pod.
    public var interface = ""
    /// The resource that the device is of.
    public var resourceName = ""
    /// The device, empty before Allocate.
    public var deviceID = ""
    /// `address/length` as in the CNI result.
    public var addresses: [String] = []
    /// As in the CNI result.
    public var macAddress = ""
    /// What the successful ADD took.
    public var addSeconds: Double = 0
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&network)
        case 2: try field.read(&interface)
        case 3: try field.read(&resourceName)
        case 4: try field.read(&deviceID)
        case 5: try field.read(&addresses)
        case 6: try field.read(&macAddress)
        case 7: try field.read(&addSeconds)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, network)
        writer.write(2, interface)
        writer.write(3, resourceName)
        writer.write(4, deviceID)
        writer.write(5, addresses)
        writer.write(6, macAddress)
        writer.write(7, addSeconds)
        writer.write(unknownFields)
    }
}
