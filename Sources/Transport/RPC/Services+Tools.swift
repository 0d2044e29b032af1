// SPDX-License-Identifier: Apache-2.0

public import Protobuf

extension Services {
    /// Lets tools such as grpcurl look around: adds ``Health`` and ``Reflection``.
    ///
    /// `files` declare the services, each a serialized `FileDescriptorProto` as protoc writes it.
    ///
    /// - Throws: ``Protobuf/ProtobufError`` when bytes are no descriptor.
    public mutating func addTools(
        describing files: [[UInt8]],
        health: Health = Health()
    ) throws(ProtobufError) {
        health.add(to: &self)
        try Reflection(files).add(to: &self)
    }
}
