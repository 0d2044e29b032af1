// SPDX-License-Identifier: Apache-2.0

import Bytes

/// The sending half of one direction of a connection: fields in, header blocks out.
///
/// Every field that fits the table is remembered, except sensitive ones. Blocks must reach the
/// peer in the order they were encoded, each of them once.
public struct HeaderEncoder: Sendable {
    package private(set) var table: DynamicTable
    private let ownLimit: Int
    private let usesHuffman: Bool

    /// The smallest and the last size set since the last block; both must be announced.
    private var announced: (smallest: Int, last: Int)?

    /// An encoder with an empty table.
    ///
    /// - Parameter tableSize: Octets that the table may take even if the peer allows more.
    public init(tableSize: Int = 4096) {
        self.init(tableSize: tableSize, usesHuffman: true)
    }

    /// A seam for the examples of RFC 7541 that do without Huffman.
    package init(tableSize: Int, usesHuffman: Bool) {
        precondition(tableSize >= 0)
        table = DynamicTable(capacity: Self.initialTableSize)
        ownLimit = tableSize
        self.usesHuffman = usesHuffman
        setMaximumTableSize(Self.initialTableSize)
    }

    /// The table's size before any setting, in octets.
    ///
    /// Source: RFC 9113 § 6.5.2.
    private static let initialTableSize = 4096

    /// Takes over the peer's SETTINGS_HEADER_TABLE_SIZE; the next block announces the change.
    public mutating func setMaximumTableSize(_ size: Int) {
        precondition(size >= 0)
        let size = min(size, ownLimit)
        guard size != table.capacity else { return }
        announced = (min(size, announced?.smallest ?? size), size)
        table.resize(to: size)
    }

    /// Encodes one complete header block.
    public mutating func encode(_ fields: [HeaderField]) -> [UInt8] {
        var writer = HeaderBlockWriter(usesHuffman: usesHuffman)
        if let announced {
            if announced.smallest < announced.last {
                writer.integer(announced.smallest, prefix: 5, pattern: 0x20)
            }
            writer.integer(announced.last, prefix: 5, pattern: 0x20)
            self.announced = nil
        }
        for field in fields {
            encode(field, to: &writer)
        }
        return writer.take()
    }

    private mutating func encode(_ field: HeaderField, to writer: inout HeaderBlockWriter) {
        let match = search(field)
        if field.isSensitive {
            writer.literal(field, name: match.name, prefix: 4, pattern: 0x10)
        } else if let number = match.field {
            writer.integer(number, prefix: 7, pattern: 0x80)
        } else if DynamicTable.Entry(field).size <= table.capacity {
            writer.literal(field, name: match.name, prefix: 6, pattern: 0x40)
            table.insert(DynamicTable.Entry(field))
        } else {
            writer.literal(field, name: match.name, prefix: 4, pattern: 0x00)
        }
    }

    /// The static table first: its numbers are shorter.
    private func search(_ field: HeaderField) -> TableMatch {
        let known = StaticTable.search(field)
        guard known.field == nil else { return known }
        let learnt = table.search(field)
        return TableMatch(
            field: learnt.field.map { StaticTable.count + 1 + $0 },
            name: known.name ?? learnt.name.map { StaticTable.count + 1 + $0 }
        )
    }
}
