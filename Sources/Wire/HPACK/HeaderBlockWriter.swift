// SPDX-License-Identifier: Apache-2.0

import Bytes

/// The primitives of a header block, mirror of ``HeaderBlockReader``.
package struct HeaderBlockWriter {
    private var writer = ByteWriter()
    private let usesHuffman: Bool

    package init(usesHuffman: Bool) {
        self.usesHuffman = usesHuffman
    }

    package mutating func take() -> [UInt8] {
        writer.take()
    }

    /// An integer that shares its first octet with `pattern`.
    ///
    /// Source: RFC 7541 § 5.1.
    package mutating func integer(_ value: Int, prefix: Int, pattern: UInt8) {
        let mask = (1 << prefix) - 1
        guard value >= mask else { return writer.byte(pattern | UInt8(value)) }
        writer.byte(pattern | UInt8(mask))
        var rest = value - mask
        while rest >= 0x80 {
            writer.byte(UInt8(rest & 0x7f) | 0x80)
            rest >>= 7
        }
        writer.byte(UInt8(rest))
    }

    /// A field by the number of its name, or by its name, and its value.
    package mutating func literal(_ field: HeaderField, name: Int?, prefix: Int, pattern: UInt8) {
        integer(name ?? 0, prefix: prefix, pattern: pattern)
        if name == nil { string(field.name) }
        string(field.value)
    }

    /// A string, Huffman-encoded unless that is longer.
    ///
    /// Source: RFC 7541 § 5.2.
    private mutating func string(_ text: String) {
        let plain = text.utf8.count
        let encoded = usesHuffman ? Huffman.length(of: text.utf8) : .max
        if plain > 0, encoded <= plain {
            integer(encoded, prefix: 7, pattern: 0x80)
            Huffman.encode(text.utf8, to: &writer)
        } else {
            integer(plain, prefix: 7, pattern: 0x00)
            writer.append(text.utf8)
        }
    }
}
