// SPDX-License-Identifier: Apache-2.0

extension Field {
    /// Reads `fixed32`, `fixed64`, `sfixed32` or `sfixed64`, whichever has the integer's width.
    public mutating func read<I: FixedWidthInteger & Sendable>(
        fixed value: inout I
    ) throws(ProtobufError) {
        var form: Fixed<I>?
        try read(&form)
        if let form { value = form.value }
    }

    /// Reads a fixed-width integer with presence.
    public mutating func read<I: FixedWidthInteger & Sendable>(
        fixed value: inout I?
    ) throws(ProtobufError) {
        var form: Fixed<I>?
        try read(&form)
        if let form { value = form.value }
    }

    /// Reads repeated fixed-width integers, packed or not, and appends.
    public mutating func read<I: FixedWidthInteger & Sendable>(
        fixed values: inout [I]
    ) throws(ProtobufError) {
        var forms: [Fixed<I>] = []
        try read(&forms)
        values += forms.map(\.value)
    }

    /// Reads `sint32` or `sint64`.
    public mutating func read<I: FixedWidthInteger & SignedInteger & Sendable>(
        zigzag value: inout I
    ) throws(ProtobufError) {
        var form: Zigzag<I>?
        try read(&form)
        if let form { value = form.value }
    }

    /// Reads `sint32` or `sint64` with presence.
    public mutating func read<I: FixedWidthInteger & SignedInteger & Sendable>(
        zigzag value: inout I?
    ) throws(ProtobufError) {
        var form: Zigzag<I>?
        try read(&form)
        if let form { value = form.value }
    }

    /// Reads repeated `sint32` or `sint64`, packed or not, and appends.
    public mutating func read<I: FixedWidthInteger & SignedInteger & Sendable>(
        zigzag values: inout [I]
    ) throws(ProtobufError) {
        var forms: [Zigzag<I>] = []
        try read(&forms)
        values += forms.map(\.value)
    }

    /// Reads one entry of a map with scalar values; the last one of a key wins.
    public mutating func read<V: FieldValue>(_ map: inout [String: V]) throws(ProtobufError) {
        var entry: ScalarEntry<V>?
        try read(&entry)
        if let entry { map[entry.key] = entry.value ?? V() }
    }

    /// Reads one entry of a map with message values; the last one of a key wins.
    public mutating func read<M: Message>(_ map: inout [String: M]) throws(ProtobufError) {
        var entry: MessageEntry<M>?
        try read(&entry)
        if let entry { map[entry.key] = entry.value }
    }
}
