// SPDX-License-Identifier: Apache-2.0

/// Why a document, or a question about it, was refused; `at` counts bytes from the start.
public enum JSONError: Error, Equatable, Sendable {
    /// The grammar wants something else than this byte, or than the end if `found` is nil.
    case unexpected(found: UInt8?, wanted: String, at: Int)

    /// The document is fine so far, but the value is of another kind than the caller asked for.
    case mismatch(found: JSONKind, wanted: String, at: Int)

    /// The number does not fit the type it was asked as.
    case outOfRange(wanted: String, at: Int)

    /// A string or key is not UTF-8: overlong, a surrogate, beyond U+10FFFF or cut short.
    case invalidUTF8(at: Int)

    /// A byte below 0x20 stands in a string without an escape.
    case controlCharacter(UInt8, at: Int)

    /// An escape that RFC 8259 § 7 does not have.
    case invalidEscape(at: Int)

    /// A `\u` escape names half of a surrogate pair without its other half.
    case loneSurrogate(at: Int)

    /// More containers are open at once than the limit allows.
    case tooDeep(limit: Int, at: Int)

    /// The document is longer than the limit allows.
    case tooLong(count: Int, limit: Int)

    /// The caller's fault: no value, key or element is due at this point of the document.
    case outOfTurn(at: Int)
}

extension JSONError: CustomStringConvertible {
    /// One clause for an error message.
    public var description: String {
        switch self {
        case .unexpected(let found, let wanted, let at):
            "JSON byte \(at): \(wanted) wanted, found \(found.map(Self.name) ?? "the end")"
        case .mismatch(let found, let wanted, let at):
            "JSON byte \(at): \(wanted) wanted, found \(found)"
        case .outOfRange(let wanted, let at):
            "JSON byte \(at): number does not fit \(wanted)"
        case .invalidUTF8(let at):
            "JSON byte \(at): invalid UTF-8 in a string"
        case .controlCharacter(let byte, let at):
            "JSON byte \(at): bare control character \(Self.name(byte)) in a string"
        case .invalidEscape(let at):
            "JSON byte \(at): invalid escape in a string"
        case .loneSurrogate(let at):
            "JSON byte \(at): escape of a lone surrogate in a string"
        case .tooDeep(let limit, let at):
            "JSON byte \(at): nested deeper than \(limit) levels"
        case .tooLong(let count, let limit):
            "JSON document of \(count) bytes is longer than \(limit)"
        case .outOfTurn(let at):
            "JSON byte \(at): asked for a value where none is due"
        }
    }

    private static func name(_ byte: UInt8) -> String {
        switch byte {
        case 0x21...0x7e: "'\(Unicode.Scalar(byte))'"
        default: "0x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
    }
}
