// SPDX-License-Identifier: Apache-2.0
//
// opi_api.network.evpn_gw.v1alpha1, l2_xpu_infra_mgr.proto

public import Protobuf

/// google.protobuf.FieldMask: which fields are meant.
public struct FieldMask: Message {
    /// Paths with dots from the object down, as in the `.proto` file: `spec.vlan_id`.
    public var paths: [String] = []
    /// Fields of a newer peer.
    public var unknownFields = UnknownFields()

    /// An empty message.
    public init() {}

    /// Takes one field from the wire.
    public mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&paths)
        default: try field.keep(in: &unknownFields)
        }
    }

    /// Puts the fields on the wire.
    public func encode(to writer: inout FieldWriter) {
        writer.write(1, paths)
        writer.write(unknownFields)
    }
}
