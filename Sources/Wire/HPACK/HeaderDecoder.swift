// SPDX-License-Identifier: Apache-2.0

import Bytes

/// The receiving half of one direction of a connection: header blocks in, fields out.
///
/// After an error the table is no longer the peer's: drop the connection, decode nothing more. Only
/// a list that is too large leaves it in step.
///
/// First octet of a representation (RFC 7541 § 6):
///
/// | Pattern    | Meaning                                | Prefix |
/// |------------|----------------------------------------|--------|
/// | `1xxxxxxx` | indexed field                          | 7      |
/// | `01xxxxxx` | literal, to be remembered              | 6      |
/// | `001xxxxx` | table size update                      | 5      |
/// | `0001xxxx` | literal, never to be remembered        | 4      |
/// | `0000xxxx` | literal                                | 4      |
public struct HeaderDecoder: Sendable {
    package private(set) var table: DynamicTable
    private var tableLimit: Int
    private let listLimit: Int

    /// A decoder with an empty table.
    ///
    /// - Parameters:
    ///   - tableSize: Octets that the table may take, SETTINGS_HEADER_TABLE_SIZE.
    ///   - listLimit: What the names, the values and 32 octets for each field of a block may add up
    ///     to, SETTINGS_MAX_HEADER_LIST_SIZE.
    public init(tableSize: Int = 4096, listLimit: Int = 65536) {
        precondition(tableSize >= 0 && listLimit >= 0)
        table = DynamicTable(capacity: tableSize)
        tableLimit = tableSize
        self.listLimit = listLimit
    }

    /// Changes the table's limit; call it when the peer has acknowledged the setting.
    ///
    /// A lower limit demands a table size update at the start of the next block.
    public mutating func setMaximumTableSize(_ size: Int) {
        precondition(size >= 0)
        tableLimit = size
    }

    /// Decodes one complete header block.
    ///
    /// A small block that unfolds into a large list costs no more memory than the limit: fields
    /// beyond it are read for what they do to the table, and not kept.
    ///
    /// - Throws: ``HPACKError``; each is fatal for the connection but
    ///   ``HPACKError/listTooLarge(limit:)``, after which the next block can be decoded.
    public mutating func decode(_ block: Span<UInt8>) throws(HPACKError) -> [HeaderField] {
        var reader = HeaderBlockReader(block)
        try updateTable(&reader)
        var fields: [HeaderField] = []
        var budget = listLimit
        while let pattern = reader.next {
            let entry = try entry(pattern, &reader)
            budget -= entry.size
            if budget >= 0 { fields.append(entry.field) } else { fields = [] }
        }
        guard budget >= 0 else { throw .listTooLarge(limit: listLimit) }
        return fields
    }

    private mutating func updateTable(_ reader: inout HeaderBlockReader) throws(HPACKError) {
        while let pattern = reader.next, pattern & 0xe0 == 0x20 {
            let size = try reader.integer(prefix: 5)
            guard size <= tableLimit else {
                throw .tableTooLarge(size: size, limit: tableLimit)
            }
            table.resize(to: size)
        }
        guard table.capacity <= tableLimit else { throw .missingTableUpdate(limit: tableLimit) }
    }

    private mutating func entry(
        _ pattern: UInt8,
        _ reader: inout HeaderBlockReader
    ) throws(HPACKError) -> DynamicTable.Entry {
        switch pattern {
        case 0x80...0xff:
            return try known(reader.integer(prefix: 7))
        case 0x40...0x7f:
            let entry = try literal(prefix: 6, &reader)
            table.insert(entry)
            return entry
        case 0x20...0x3f:
            throw .lateTableUpdate(offset: reader.position)
        case 0x10...0x1f:
            var entry = try literal(prefix: 4, &reader)
            entry.field.isSensitive = true
            return entry
        default:
            return try literal(prefix: 4, &reader)
        }
    }

    private func literal(
        prefix: Int,
        _ reader: inout HeaderBlockReader
    ) throws(HPACKError) -> DynamicTable.Entry {
        let index = try reader.integer(prefix: prefix)
        let name: (text: String, octets: Int)
        if index == 0 {
            name = try reader.string()
        } else {
            let entry = try known(index)
            name = (entry.field.name, entry.nameOctets)
        }
        let value = try reader.string()
        return DynamicTable.Entry(
            field: HeaderField(name.text, value.text),
            nameOctets: name.octets,
            valueOctets: value.octets
        )
    }

    private func known(_ index: Int) throws(HPACKError) -> DynamicTable.Entry {
        if let field = StaticTable[index] {
            return DynamicTable.Entry(field)
        }
        guard let entry = table[index - StaticTable.count - 1] else { throw .unknownIndex(index) }
        return entry
    }
}
