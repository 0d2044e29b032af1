// SPDX-License-Identifier: Apache-2.0

/// A number that was checked: where it ends and whether it has neither fraction nor exponent.
struct ScannedNumber {
    let end: Int
    let isInteger: Bool
}

/// An integer taken apart, before anyone knows the type it goes into.
@usableFromInline
struct IntegerParts: Sendable {
    @usableFromInline let isNegative: Bool
    @usableFromInline let magnitude: UInt64
    @usableFromInline let end: Int
}

extension JSONReader {
    /// Checks the number that starts at `position`, without consuming it.
    ///
    /// `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`, RFC 8259 § 6.
    func scanNumber() throws(JSONError) -> ScannedNumber {
        var offset = position
        if byte(at: offset) == UInt8(ascii: "-") { offset += 1 }
        let first = offset
        offset = try digits(from: offset)
        if byte(at: first) == UInt8(ascii: "0"), offset > first + 1 {
            throw unexpected("no digit after a leading zero", at: first + 1)
        }
        var isInteger = true
        if byte(at: offset) == UInt8(ascii: ".") {
            offset = try digits(from: offset + 1)
            isInteger = false
        }
        if let mark = byte(at: offset), mark | 0x20 == UInt8(ascii: "e") {
            let sign = byte(at: offset + 1)
            let isSigned = sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-")
            offset = try digits(from: offset + (isSigned ? 2 : 1))
            isInteger = false
        }
        return ScannedNumber(end: offset, isInteger: isInteger)
    }

    /// Checks and takes apart the integer that comes next, without consuming it.
    @usableFromInline
    mutating func integerParts() throws(JSONError) -> IntegerParts {
        try require(.number)
        let number = try scanNumber()
        guard number.isInteger else {
            throw .mismatch(found: .number, wanted: "an integer", at: position)
        }
        let isNegative = bytes[position] == UInt8(ascii: "-")
        var magnitude: UInt64 = 0
        for offset in (isNegative ? position + 1 : position)..<number.end {
            let (shifted, overflow) = magnitude.multipliedReportingOverflow(by: 10)
            let (sum, carry) = shifted.addingReportingOverflow(UInt64(bytes[offset] - 0x30))
            guard !overflow, !carry else {
                throw .outOfRange(wanted: "64 bits", at: position)
            }
            magnitude = sum
        }
        return IntegerParts(isNegative: isNegative, magnitude: magnitude, end: number.end)
    }

    /// The end of a run of digits, of which there must be one.
    private func digits(from start: Int) throws(JSONError) -> Int {
        var offset = start
        while let byte = byte(at: offset), byte >= 0x30, byte <= 0x39 { offset += 1 }
        guard offset > start else { throw unexpected("a digit", at: start) }
        return offset
    }

    private func byte(at offset: Int) -> UInt8? {
        offset < bytes.count ? bytes[offset] : nil
    }
}
