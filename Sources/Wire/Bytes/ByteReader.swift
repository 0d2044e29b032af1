// SPDX-License-Identifier: Apache-2.0

/// A cursor over borrowed bytes; every step is bounds-checked and throws instead of trapping.
///
/// The reader never copies: ``slice(_:)`` lends a part of the span it was made from.
public struct ByteReader: ~Escapable, Sendable {
    private let bytes: Span<UInt8>

    /// Bytes consumed so far, from 0 to the length of the span.
    public private(set) var position = 0

    /// Starts at the first byte of `bytes`.
    @_lifetime(copy bytes)
    public init(_ bytes: Span<UInt8>) {
        self.bytes = bytes
    }

    /// Bytes not yet consumed.
    public var remaining: Int { bytes.count - position }

    /// Whether everything was consumed.
    public var isAtEnd: Bool { position == bytes.count }

    /// The next byte without consuming it, nil at the end.
    public var peeked: UInt8? { isAtEnd ? nil : bytes[position] }

    /// Consumes one byte.
    ///
    /// - Throws: ``BytesError/truncated(wanted:available:)`` at the end.
    public mutating func byte() throws(BytesError) -> UInt8 {
        try require(1)
        defer { position += 1 }
        return bytes[position]
    }

    /// Consumes an unsigned integer in network order, most significant byte first.
    ///
    /// - Throws: ``BytesError/truncated(wanted:available:)`` when too few bytes remain.
    public mutating func bigEndian<T: FixedWidthInteger & UnsignedInteger>(
        _ type: T.Type = T.self
    ) throws(BytesError) -> T {
        let count = T.bitWidth / 8
        try require(count)
        var value: T = 0
        for offset in 0..<count {
            value = value << 8 | T(truncatingIfNeeded: bytes[position + offset])
        }
        position += count
        return value
    }

    /// Consumes an unsigned integer, least significant byte first.
    ///
    /// - Throws: ``BytesError/truncated(wanted:available:)`` when too few bytes remain.
    public mutating func littleEndian<T: FixedWidthInteger & UnsignedInteger>(
        _ type: T.Type = T.self
    ) throws(BytesError) -> T {
        try bigEndian(T.self).byteSwapped
    }

    /// Consumes an unsigned integer in this machine's order, as the kernel lays it out.
    ///
    /// - Throws: ``BytesError/truncated(wanted:available:)`` when too few bytes remain.
    public mutating func native<T: FixedWidthInteger & UnsignedInteger>(
        _ type: T.Type = T.self
    ) throws(BytesError) -> T {
        T(bigEndian: try bigEndian(T.self))
    }

    /// Consumes `count` bytes and lends them.
    ///
    /// - Throws: ``BytesError/truncated(wanted:available:)`` when fewer remain.
    @_lifetime(copy self)
    public mutating func slice(_ count: Int) throws(BytesError) -> Span<UInt8> {
        try require(count)
        defer { position += count }
        return bytes.extracting(position..<(position + count))
    }

    /// Consumes `count` bytes and copies them.
    ///
    /// - Throws: ``BytesError/truncated(wanted:available:)`` when fewer remain.
    public mutating func array(_ count: Int) throws(BytesError) -> [UInt8] {
        [UInt8](copying: try slice(count))
    }

    /// Consumes and lends everything that remains.
    @_lifetime(copy self)
    public mutating func rest() -> Span<UInt8> {
        defer { position = bytes.count }
        return bytes.extracting(position..<bytes.count)
    }

    /// Consumes `count` bytes unseen.
    ///
    /// - Throws: ``BytesError/truncated(wanted:available:)`` when fewer remain.
    public mutating func skip(_ count: Int) throws(BytesError) {
        try require(count)
        position += count
    }

    private func require(_ count: Int) throws(BytesError) {
        guard count >= 0, count <= remaining else {
            throw .truncated(wanted: count, available: remaining)
        }
    }
}

extension [UInt8] {
    /// A copy of borrowed bytes.
    public init(copying span: Span<UInt8>) {
        self.init(capacity: span.count) { output in
            for index in span.indices {
                output.append(span[index])
            }
        }
    }

    /// Appends a copy of borrowed bytes.
    ///
    /// As fast as a block copy, which an `append` for each byte is not.
    public mutating func append(copying span: Span<UInt8>) {
        append(addingCapacity: span.count) { output in
            for index in span.indices {
                output.append(span[index])
            }
        }
    }
}
