// SPDX-License-Identifier: Apache-2.0
//
// package opi_xpu.sandbox.v1, xpu.proto beside this file

public import Protobuf

/// What the software xPU is and has.
public struct XPUStatus: Message {
    /// `running`, `paused` or `rebooting`.
    public var state = ""
    /// Since its start or its last reboot.
    public var uptimeSeconds = 0.0
    /// Every object, ordered by name.
    public var objects: [ObjectState] = []
    /// The ports that are on a bridge, ordered by name.
    public var ports: [PortState] = []
    /// The oddities that are on.
    public var traps: [String] = []
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&state)
        case 2: try field.read(&uptimeSeconds)
        case 3: try field.read(&objects)
        case 4: try field.read(&ports)
        case 5: try field.read(&traps)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, state)
        writer.write(2, uptimeSeconds)
        writer.write(3, objects)
        writer.write(4, ports)
        writer.write(5, traps)
        writer.write(unknownFields)
    }
}

/// An object of the OPI server.
public struct ObjectState: Message {
    /// Its full name.
    public var name = ""
    /// `UP`, `DOWN` or `TO_BE_DELETED`.
    public var state = ""
    /// Why it is not up, if the data path has said so.
    public var details = ""
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&name)
        case 2: try field.read(&state)
        case 3: try field.read(&details)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, name)
        writer.write(2, state)
        writer.write(3, details)
        writer.write(unknownFields)
    }
}

/// A port that is on a bridge.
public struct PortState: Message {
    /// Its full name.
    public var name = ""
    /// The function's hardware address.
    public var macAddress = ""
    /// The interface that stands for the function here.
    public var representor = ""
    /// The bridge's interface.
    public var bridge = ""
    /// What the function received.
    public var received: PortCounters?
    /// What the function sent.
    public var sent: PortCounters?
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&name)
        case 2: try field.read(&macAddress)
        case 3: try field.read(&representor)
        case 4: try field.read(&bridge)
        case 5: try field.read(&received)
        case 6: try field.read(&sent)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, name)
        writer.write(2, macAddress)
        writer.write(3, representor)
        writer.write(4, bridge)
        writer.write(5, received)
        writer.write(6, sent)
        writer.write(unknownFields)
    }
}

/// One direction of a port, since it came onto its bridge.
public struct PortCounters: Message {
    /// Packets.
    public var packets: UInt64 = 0
    /// Bytes.
    public var bytes: UInt64 = 0
    /// Packets that the kernel dropped.
    public var drops: UInt64 = 0
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&packets)
        case 2: try field.read(&bytes)
        case 3: try field.read(&drops)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, packets)
        writer.write(2, bytes)
        writer.write(3, drops)
        writer.write(unknownFields)
    }
}
