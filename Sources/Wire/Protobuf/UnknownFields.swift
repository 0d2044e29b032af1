// SPDX-License-Identifier: Apache-2.0

import Bytes

/// Fields of a newer peer, kept as they came so that a message survives being passed on.
public struct UnknownFields: Hashable, Sendable {
    /// The fields in the order they came, each with its tag.
    public private(set) var bytes: [UInt8] = []

    /// No fields.
    public init() {}

    /// Whether there are none.
    public var isEmpty: Bool { bytes.isEmpty }

    mutating func append(_ field: Span<UInt8>) {
        bytes.reserveCapacity(bytes.count + field.count)
        for index in field.indices {
            bytes.append(field[index])
        }
    }
}
