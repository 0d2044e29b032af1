// SPDX-License-Identifier: Apache-2.0
//
// opi_api.network.evpn_gw.v1alpha1, component.proto

public import Protobuf

/// One part of the server that has to do its share before an object is up.
public struct Component: Message {
    /// The part's name, such as `lgm` or `lci`.
    public var name = ""
    /// How far it is.
    public var status = ComponentStatus.unspecified
    /// What went wrong, for people.
    public var details = ""
    /// Fields of a newer server.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&name)
        case 2: try field.read(&status)
        case 3: try field.read(&details)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, name)
        writer.write(2, status)
        writer.write(3, details)
        writer.write(unknownFields)
    }
}

/// CompStatus: how far a component is.
public struct ComponentStatus: OpenEnum {
    /// The number on the wire.
    public var rawValue: Int32

    /// A status that may be newer than this list.
    public init(rawValue: Int32) { self.rawValue = rawValue }

    /// Not said.
    public static let unspecified = Self(rawValue: 0)
    /// At work.
    public static let pending = Self(rawValue: 1)
    /// Done.
    public static let success = Self(rawValue: 2)
    /// Failed; the server tries again by itself.
    public static let error = Self(rawValue: 3)
}

/// LBOperStatus and BPOperStatus, which have the same numbers: what became of an object.
public struct OperStatus: OpenEnum {
    /// The number on the wire.
    public var rawValue: Int32

    /// A status that may be newer than this list.
    public init(rawValue: Int32) { self.rawValue = rawValue }

    /// Not said.
    public static let unspecified = Self(rawValue: 0)
    /// Every component has done its share.
    public static let up = Self(rawValue: 1)
    /// Some component is still at work, or failed.
    public static let down = Self(rawValue: 2)
    /// Being deleted; a create meanwhile gives the dying object back.
    public static let toBeDeleted = Self(rawValue: 3)
}
