// SPDX-License-Identifier: Apache-2.0

extension FieldWriter {
    /// Writes `fixed32`, `fixed64`, `sfixed32` or `sfixed64`, whichever has the integer's width.
    public mutating func write<I: FixedWidthInteger & Sendable>(_ number: Int, fixed value: I) {
        write(number, Fixed(value))
    }

    /// Writes a fixed-width integer with presence if it is there.
    public mutating func write<I: FixedWidthInteger & Sendable>(_ number: Int, fixed value: I?) {
        write(number, value.map { Fixed($0) })
    }

    /// Writes repeated fixed-width integers, packed.
    public mutating func write<I: FixedWidthInteger & Sendable>(_ number: Int, fixed values: [I]) {
        write(number, values.map { Fixed($0) })
    }

    /// Writes `sint32` or `sint64`.
    public mutating func write<I: FixedWidthInteger & SignedInteger & Sendable>(
        _ number: Int,
        zigzag value: I
    ) {
        write(number, Zigzag(value))
    }

    /// Writes `sint32` or `sint64` with presence if it is there.
    public mutating func write<I: FixedWidthInteger & SignedInteger & Sendable>(
        _ number: Int,
        zigzag value: I?
    ) {
        write(number, value.map { Zigzag($0) })
    }

    /// Writes repeated `sint32` or `sint64`, packed.
    public mutating func write<I: FixedWidthInteger & SignedInteger & Sendable>(
        _ number: Int,
        zigzag values: [I]
    ) {
        write(number, values.map { Zigzag($0) })
    }

    /// Writes a map with scalar values, its keys in the order of their bytes.
    public mutating func write<V: FieldValue>(_ number: Int, _ map: [String: V]) {
        let entries = map.sorted { $0.key.precedes($1.key) }
        write(number, entries.map { ScalarEntry(key: $0.key, value: $0.value) })
    }

    /// Writes a map with message values, its keys in the order of their bytes.
    public mutating func write<M: Message>(_ number: Int, _ map: [String: M]) {
        let entries = map.sorted { $0.key.precedes($1.key) }
        write(number, entries.map { MessageEntry(key: $0.key, value: $0.value) })
    }
}

extension String {
    /// The order of the bytes; `<` would compare what the text looks like.
    fileprivate func precedes(_ other: String) -> Bool {
        utf8.lexicographicallyPrecedes(other.utf8)
    }
}
