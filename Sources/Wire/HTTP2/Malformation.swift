// SPDX-License-Identifier: Apache-2.0

/// What makes a header or trailer section malformed (RFC 9113 § 8.1.1).
public enum Malformation: Error, Hashable, Sendable {
    /// A name is empty, has upper-case letters, or octets no name may have.
    case name(String)
    /// The value of this field has NUL, CR or LF, or blanks at an end.
    case value(of: String)
    /// A field that belongs to one hop of HTTP/1.1.
    case connectionSpecific(String)
    /// A pseudo-header that this kind of section does not know, or one given twice or too late.
    case pseudoHeader(String)
    /// A pseudo-header that this kind of section must have.
    case missing(String)
    /// A content-length that is no number or contradicts another.
    case contentLength
    /// A response status that is no three digits, or 101.
    case status(String)
}

extension Malformation: CustomStringConvertible {
    /// One clause naming the field.
    public var description: String {
        switch self {
        case .name(let name): "'\(name)' is no field name"
        case .value(let name): "the value of '\(name)' has forbidden octets"
        case .connectionSpecific(let name): "'\(name)' belongs to HTTP/1.1"
        case .pseudoHeader(let name): "'\(name)' is unknown, repeated, empty or out of place"
        case .missing(let name): "'\(name)' is missing"
        case .contentLength: "content-length is no number or differs from another"
        case .status(let status): "'\(status)' is no status"
        }
    }
}
