// SPDX-License-Identifier: Apache-2.0

/// The six kinds of value of RFC 8259 § 3; a byte is enough to tell them apart.
public enum JSONKind: String, Sendable {
    /// Members in braces.
    case object

    /// Elements in brackets.
    case array

    /// Text in quotes.
    case string

    /// A decimal number of any size.
    case number

    /// `true` or `false`.
    case bool

    /// `null`.
    case null

    /// The kind of the value that starts with `byte`.
    init?(firstByte byte: UInt8) {
        switch byte {
        case UInt8(ascii: "{"): self = .object
        case UInt8(ascii: "["): self = .array
        case UInt8(ascii: "\""): self = .string
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): self = .number
        case UInt8(ascii: "t"), UInt8(ascii: "f"): self = .bool
        case UInt8(ascii: "n"): self = .null
        default: return nil
        }
    }
}

extension JSONKind: CustomStringConvertible {
    /// The word with its article, for an error message.
    public var description: String {
        switch self {
        case .object, .array: "an \(rawValue)"
        case .string, .number, .bool: "a \(rawValue)"
        case .null: rawValue
        }
    }
}
