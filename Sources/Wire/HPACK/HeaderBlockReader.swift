// SPDX-License-Identifier: Apache-2.0

import Bytes

/// The two primitives of a header block: prefixed integers and strings.
package struct HeaderBlockReader: ~Escapable {
    private var reader: ByteReader

    @_lifetime(copy block)
    package init(_ block: Span<UInt8>) {
        reader = ByteReader(block)
    }

    package var position: Int { reader.position }

    /// The octet that tells the next representation, nil at the end of the block.
    var next: UInt8? { reader.peeked }

    /// An integer whose first `prefix` bits (1-8) share an octet with a pattern.
    ///
    /// Values reach 2^28 + 254: four continuation octets. No index or length comes near it, and
    /// idle continuation octets cannot go on for ever. Source: RFC 7541 § 5.1.
    package mutating func integer(prefix: Int) throws(HPACKError) -> Int {
        let mask = (1 << prefix) - 1
        var value = Int(try octet()) & mask
        guard value == mask else { return value }
        for shift in stride(from: 0, to: 28, by: 7) {
            let octet = try octet()
            value += Int(octet & 0x7f) << shift
            guard octet & 0x80 != 0 else { return value }
        }
        throw .integerOverflow(offset: position)
    }

    /// A string literal and the number of its octets after Huffman decoding.
    ///
    /// Source: RFC 7541 § 5.2; ``HeaderField`` tells how octets become text.
    package mutating func string() throws(HPACKError) -> (text: String, octets: Int) {
        let start = position
        let isHuffman = (next ?? 0) & 0x80 != 0
        let length = try integer(prefix: 7)
        let encoded = try slice(length)
        guard isHuffman else { return (Self.text([UInt8](copying: encoded)), length) }
        guard let octets = Huffman.decode(encoded) else { throw .invalidHuffman(offset: start) }
        return (Self.text(octets), octets.count)
    }

    @_lifetime(copy self)
    private mutating func slice(_ count: Int) throws(HPACKError) -> Span<UInt8> {
        do throws(BytesError) {
            return try reader.slice(count)
        } catch {
            throw .truncated(offset: position)
        }
    }

    private mutating func octet() throws(HPACKError) -> UInt8 {
        do throws(BytesError) {
            return try reader.byte()
        } catch {
            throw .truncated(offset: position)
        }
    }

    private static func text(_ octets: [UInt8]) -> String {
        if let text = String(validating: octets, as: UTF8.self) { return text }
        var text = String.UnicodeScalarView()
        text.append(contentsOf: octets.map { Unicode.Scalar($0) })
        return String(text)
    }
}
