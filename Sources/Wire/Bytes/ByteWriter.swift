// SPDX-License-Identifier: Apache-2.0

/// A growing run of bytes with the integer layouts that wire formats use.
public struct ByteWriter: Sendable, Equatable {
    /// What was written so far.
    public private(set) var bytes: [UInt8] = []

    /// An empty run; `capacity` bytes are reserved at once.
    public init(capacity: Int = 0) {
        bytes.reserveCapacity(capacity)
    }

    /// Bytes written so far.
    public var count: Int { bytes.count }

    /// Appends one byte.
    public mutating func byte(_ value: UInt8) {
        bytes.append(value)
    }

    /// Appends an unsigned integer in network order.
    public mutating func bigEndian<T: FixedWidthInteger & UnsignedInteger>(_ value: T) {
        for shift in stride(from: T.bitWidth - 8, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> T(shift)))
        }
    }

    /// Appends an unsigned integer, least significant byte first.
    public mutating func littleEndian<T: FixedWidthInteger & UnsignedInteger>(_ value: T) {
        bigEndian(value.byteSwapped)
    }

    /// Appends an unsigned integer in this machine's order.
    public mutating func native<T: FixedWidthInteger & UnsignedInteger>(_ value: T) {
        bigEndian(T(bigEndian: value))
    }

    /// Appends a copy of `values`.
    public mutating func append(_ values: some Sequence<UInt8>) {
        bytes.append(contentsOf: values)
    }

    /// Appends a copy of borrowed bytes.
    public mutating func append(_ span: Span<UInt8>) {
        bytes.append(addingCapacity: span.count) { output in
            for index in span.indices {
                output.append(span[index])
            }
        }
    }

    /// Appends `count` zero bytes.
    public mutating func zeros(_ count: Int) {
        bytes.append(contentsOf: repeatElement(0, count: count))
    }

    /// Overwrites one byte that was written before.
    public mutating func patch(_ value: UInt8, at offset: Int) {
        bytes[offset] = value
    }

    /// Overwrites an integer in network order that was written before, for lengths known late.
    public mutating func patch<T: FixedWidthInteger & UnsignedInteger>(
        bigEndian value: T,
        at offset: Int
    ) {
        for index in 0..<(T.bitWidth / 8) {
            let shift = T(T.bitWidth - 8 * (index + 1))
            bytes[offset + index] = UInt8(truncatingIfNeeded: value >> shift)
        }
    }

    /// Hands the bytes over and starts again empty.
    public mutating func take() -> [UInt8] {
        defer { bytes = [] }
        return bytes
    }
}
