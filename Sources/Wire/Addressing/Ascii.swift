// SPDX-License-Identifier: Apache-2.0

/// The characters that addresses are written with, and their numbers.
enum Ascii {
    static let dash = UInt8(ascii: "-")
    static let dot = UInt8(ascii: ".")
    static let slash = UInt8(ascii: "/")
    static let colon = UInt8(ascii: ":")

    /// A number from one to `T.bitWidth / 4` hexadecimal digits of either case.
    static func hexadecimal<T: FixedWidthInteger>(_ digits: ArraySlice<UInt8>) -> T? {
        guard !digits.isEmpty, digits.count <= T.bitWidth / 4 else { return nil }
        var value: T = 0
        for digit in digits {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | T(digit - 48)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | T(digit - 55)
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | T(digit - 87)
            default: return nil
            }
        }
        return value
    }

    /// A number of at most three decimal digits without a leading zero.
    static func decimal(_ digits: ArraySlice<UInt8>) -> Int? {
        guard (1...3).contains(digits.count) else { return nil }
        guard digits.count == 1 || digits.first != UInt8(ascii: "0") else { return nil }
        var value = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            value = value * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return value
    }
}
