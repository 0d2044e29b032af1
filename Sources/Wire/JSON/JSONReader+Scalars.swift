// SPDX-License-Identifier: Apache-2.0

extension JSONReader {
    /// Consumes a string.
    ///
    /// - Throws: ``JSONError``; nothing is consumed if the value is not a string.
    public mutating func string() throws(JSONError) -> String {
        try require(.string)
        let scanned = try scanString()
        let text = try text(of: scanned)
        finish(at: scanned.end)
        return text
    }

    /// Consumes a number written without fraction and exponent.
    ///
    /// `1.0` and `1e3` are refused although they are integral: no encoder of integers writes
    /// them, and Go, on the other side of most of our wires, refuses them too. `-0` is 0.
    /// Numbers beyond 64 bits are out of range whatever `T` is.
    ///
    /// - Throws: ``JSONError``; nothing is consumed if the value is not an integer that fits `T`.
    @inlinable
    public mutating func integer<T: FixedWidthInteger>(
        _ type: T.Type = T.self
    ) throws(JSONError) -> T {
        let number = try integerParts()
        let magnitude = Int128(number.magnitude)
        guard let value = T(exactly: number.isNegative ? -magnitude : magnitude) else {
            throw .outOfRange(wanted: "\(T.self)", at: position)
        }
        finish(at: number.end)
        return value
    }

    /// Consumes a number as the nearest double.
    ///
    /// - Throws: ``JSONError``; nothing is consumed if the value is not a number or overflows.
    public mutating func double() throws(JSONError) -> Double {
        try require(.number)
        let number = try scanNumber()
        guard let value = Double(String(copying: try utf8(position..<number.end))), value.isFinite
        else {
            throw .outOfRange(wanted: "Double", at: position)
        }
        finish(at: number.end)
        return value
    }

    /// Consumes a number as it is written, nothing lost.
    ///
    /// - Throws: ``JSONError``; nothing is consumed if the value is not a number.
    public mutating func number() throws(JSONError) -> JSONNumber {
        try require(.number)
        let number = try scanNumber()
        let text = String(copying: try utf8(position..<number.end))
        finish(at: number.end)
        return JSONNumber(checked: text)
    }

    /// Consumes `true` or `false`.
    ///
    /// - Throws: ``JSONError``; nothing is consumed if the value is not one of them.
    public mutating func bool() throws(JSONError) -> Bool {
        try require(.bool)
        let value = bytes[position] == UInt8(ascii: "t")
        try literal(value ? "true" : "false")
        return value
    }

    /// Consumes the next value if it is null; false if it is anything else.
    ///
    /// - Throws: ``JSONError`` if no value starts here.
    public mutating func takeNull() throws(JSONError) -> Bool {
        guard try peek() == .null else { return false }
        try literal("null")
        return true
    }

    /// Consumes a word that starts at `position`.
    mutating func literal(_ word: String) throws(JSONError) {
        var offset = position
        for byte in word.utf8 {
            guard offset < bytes.count, bytes[offset] == byte else {
                throw unexpected("'\(word)'", at: offset)
            }
            offset += 1
        }
        finish(at: offset)
    }
}
