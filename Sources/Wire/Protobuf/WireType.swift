// SPDX-License-Identifier: Apache-2.0

/// How far a field's payload reaches, the low three bits of its tag.
public enum WireType: UInt8, Hashable, Sendable {
    /// Seven bits a byte, least significant first, at most ten bytes.
    case varint = 0

    /// Eight bytes, little-endian.
    case fixed64 = 1

    /// A varint length and as many bytes.
    case lengthDelimited = 2

    /// Fields up to the ``groupEnd`` with the same number; no proto3 message has any.
    case groupStart = 3

    /// The end of a group.
    case groupEnd = 4

    /// Four bytes, little-endian.
    case fixed32 = 5
}

/// The largest field number, 2^29 - 1.
let largestFieldNumber = (1 << 29) - 1

/// The bytes of a tag or a length at most: both have 32 bits.
let longestPrefix = 5
