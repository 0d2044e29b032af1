// SPDX-License-Identifier: Apache-2.0

public import Protobuf

extension ProtobufPeer {
    /// Adds a message type with 300 values that `make` makes up and 10,000 that the peer makes up.
    public mutating func add<M: Message>(
        _ name: String,
        proto: String,
        make: (inout FieldGenerator) -> M
    ) {
        var fields = FieldGenerator(seed: 300)
        let values = (0..<300).map { _ in make(&fields) }
        add(M.self, named: name, proto: proto, values: values, random: 10_000)
    }
}
