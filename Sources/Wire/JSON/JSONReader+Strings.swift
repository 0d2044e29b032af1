// SPDX-License-Identifier: Apache-2.0

/// A string that was checked but not yet made: where it is and what it takes to make it.
struct ScannedString {
    /// The bytes between the quotes.
    let content: Range<Int>

    /// Whether the bytes are not already the text.
    let hasEscapes: Bool

    /// Past the closing quote.
    var end: Int { content.upperBound + 1 }
}

extension JSONReader {
    /// Checks the string whose opening quote is at `position`, without consuming it.
    func scanString() throws(JSONError) -> ScannedString {
        let start = position + 1
        var offset = start
        var hasEscapes = false
        var seen: UInt8 = 0
        while offset < bytes.count {
            let byte = bytes[offset]
            if byte == UInt8(ascii: "\"") {
                if seen >= 0x80 { _ = try utf8(start..<offset) }
                return ScannedString(content: start..<offset, hasEscapes: hasEscapes)
            }
            if byte == UInt8(ascii: "\\") {
                hasEscapes = true
                offset += try escape(at: offset).length
                continue
            }
            guard byte >= 0x20 else { throw .controlCharacter(byte, at: offset) }
            seen |= byte
            offset += 1
        }
        throw unexpected("'\"'", at: offset)
    }

    /// The text of a string that was checked.
    func text(of string: ScannedString) throws(JSONError) -> String {
        guard string.hasEscapes else { return String(copying: try utf8(string.content)) }
        // Escapes stand for whole scalars, so what they become cannot break the UTF-8 around them.
        var text: [UInt8] = []
        text.reserveCapacity(string.content.count)
        var offset = string.content.lowerBound
        while offset < string.content.upperBound {
            guard bytes[offset] == UInt8(ascii: "\\") else {
                text.append(bytes[offset])
                offset += 1
                continue
            }
            let (scalar, length) = try escape(at: offset)
            text.append(contentsOf: scalar.utf8)
            offset += length
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes as text without a copy.
    @_lifetime(copy self)
    func utf8(_ range: Range<Int>) throws(JSONError) -> UTF8Span {
        do {
            return try UTF8Span(validating: bytes.extracting(range))
        } catch {
            throw .invalidUTF8(at: range.lowerBound + error.byteOffsets.lowerBound)
        }
    }

    /// The scalar that the escape at `offset` stands for, and the length of the escape.
    private func escape(
        at offset: Int
    ) throws(JSONError) -> (scalar: Unicode.Scalar, length: Int) {
        guard offset + 1 < bytes.count else { throw unexpected("an escape", at: bytes.count) }
        switch bytes[offset + 1] {
        case UInt8(ascii: "\""): return ("\"", 2)
        case UInt8(ascii: "\\"): return ("\\", 2)
        case UInt8(ascii: "/"): return ("/", 2)
        case UInt8(ascii: "b"): return ("\u{8}", 2)
        case UInt8(ascii: "f"): return ("\u{c}", 2)
        case UInt8(ascii: "n"): return ("\n", 2)
        case UInt8(ascii: "r"): return ("\r", 2)
        case UInt8(ascii: "t"): return ("\t", 2)
        case UInt8(ascii: "u"): return try unicodeEscape(at: offset)
        default: throw .invalidEscape(at: offset)
        }
    }

    /// `\uXXXX`, or two of them that make a surrogate pair.
    private func unicodeEscape(
        at offset: Int
    ) throws(JSONError) -> (scalar: Unicode.Scalar, length: Int) {
        let high = try codeUnit(at: offset)
        if let scalar = Unicode.Scalar(high) { return (scalar, 6) }
        guard UTF16.isLeadSurrogate(high), offset + 7 < bytes.count,
            bytes[offset + 6] == UInt8(ascii: "\\"), bytes[offset + 7] == UInt8(ascii: "u")
        else { throw .loneSurrogate(at: offset) }
        let low = try codeUnit(at: offset + 6)
        guard UTF16.isTrailSurrogate(low) else { throw .loneSurrogate(at: offset) }
        let value = 0x1_0000 + (UInt32(high & 0x3ff) << 10 | UInt32(low & 0x3ff))
        guard let scalar = Unicode.Scalar(value) else { throw .loneSurrogate(at: offset) }
        return (scalar, 12)
    }

    /// The four hexadecimal digits after `\u`.
    private func codeUnit(at offset: Int) throws(JSONError) -> UInt16 {
        var unit: UInt16 = 0
        for index in (offset + 2)..<(offset + 6) {
            guard index < bytes.count else { throw unexpected("an escape", at: bytes.count) }
            guard let digit = Self.hexadecimalDigit(bytes[index]) else {
                throw .invalidEscape(at: offset)
            }
            unit = unit << 4 | digit
        }
        return unit
    }

    private static func hexadecimalDigit(_ byte: UInt8) -> UInt16? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt16(byte - 0x30)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt16(byte - 0x37)
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt16(byte - 0x57)
        default: nil
        }
    }
}
