// SPDX-License-Identifier: Apache-2.0

import Foundation
public import Protobuf

extension ProtobufPeer {
    /// How many values of each type are made up here, and as many damaged there; scripts/soak asks
    /// for 10,000.
    private static let count =
        ProcessInfo.processInfo.environment["OPI_XPU_MESSAGES"].flatMap { Int($0) } ?? 500

    /// Adds a message type: values that `make` makes up, 10,000 that the peer makes up, some that
    /// it damages, and a few that protoc encodes from text.
    public mutating func add<M: Message>(
        _ name: String,
        proto: String,
        make: (inout FieldGenerator) -> M
    ) {
        var fields = FieldGenerator(seed: 300)
        let values = (0..<Self.count).map { _ in make(&fields) }
        add(
            M.self,
            named: name,
            proto: proto,
            values: values,
            random: 10_000,
            mangled: Self.count
        )
    }
}
