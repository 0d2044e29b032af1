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
        var isASCII = true
        while true {
            offset = plainEnd(from: offset, isASCII: &isASCII)
            guard offset < bytes.count else { break }
            switch bytes[offset] {
            case UInt8(ascii: "\""):
                if !isASCII { _ = try utf8(start..<offset) }
                return ScannedString(content: start..<offset, hasEscapes: hasEscapes)
            case UInt8(ascii: "\\"):
                hasEscapes = true
                offset += try escape(at: offset).length
            case let control:
                throw .controlCharacter(control, at: offset)
            }
        }
        throw unexpected("'\"'", at: offset)
    }

    /// The first quote, backslash or control character at or after `start`, or the end.
    ///
    /// Eight bytes at a time, because this is the hottest loop of the reader.
    private func plainEnd(from start: Int, isASCII: inout Bool) -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs = ones << 7
        var offset = start
        while bytes.count - offset >= 8 {
            // Holds: the eight bytes were just seen to be inside the span.
            let loaded = unsafe bytes.bytes.unsafeLoadUnaligned(
                fromByteOffset: offset,
                as: UInt64.self
            )
            let word = UInt64(littleEndian: loaded)
            let quote = word ^ (ones &* UInt64(UInt8(ascii: "\"")))
            let slash = word ^ (ones &* UInt64(UInt8(ascii: "\\")))
            // A byte's top bit is set where the byte is one of these. Borrows can set more of them,
            // but only above a true one, and only the lowest counts.
            let stops =
                ((quote &- ones) & ~quote | (slash &- ones) & ~slash
                    | (word &- (ones &* 0x20)) & ~word) & highs
            let plain = stops == 0 ? word : word & ((stops & (0 &- stops)) &- 1)
            if plain & highs != 0 { isASCII = false }
            guard stops == 0 else { return offset + stops.trailingZeroBitCount / 8 }
            offset += 8
        }
        while offset < bytes.count {
            let byte = bytes[offset]
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { break }
            if byte >= 0x80 { isASCII = false }
            offset += 1
        }
        return offset
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
