// SPDX-License-Identifier: Apache-2.0

/// One line of a header or trailer section.
///
/// HTTP allows any octet from 0x80 up in a value without saying what it means. Here a value is a
/// `String`: octets that are valid UTF-8 are that text, and any other value is read as ISO 8859-1,
/// one character an octet, so that a stray octet from a proxy costs neither the connection nor a
/// trap. Sending always writes UTF-8. gRPC percent-encodes `grpc-message` and Kubernetes keeps to
/// ASCII, so neither of them ever meets the second rule.
public struct HeaderField: Hashable, Sendable {
    /// The field's name: lower case in HTTP/2, a leading colon marks a pseudo-header.
    public var name: String

    /// The field's value, without the blanks around it.
    public var value: String

    /// Whether no table on the way may hold the field: a token or a password.
    public var isSensitive: Bool

    /// A field; `sensitive` sends it as a never-indexed literal.
    public init(_ name: String, _ value: String, sensitive: Bool = false) {
        self.name = name
        self.value = value
        isSensitive = sensitive
    }
}

extension HeaderField: CustomStringConvertible {
    /// `name: value`, with the value of a sensitive field withheld.
    public var description: String {
        isSensitive ? "\(name): (withheld)" : "\(name): \(value)"
    }
}

extension HeaderField {
    /// What RFC 7541 § 4.1 and RFC 9113 § 6.5.2 add to the octets of each field.
    static let overhead = 32

    /// Equality of octets.
    func isIdentical(to other: HeaderField) -> Bool {
        name.hasOctets(of: other.name) && value.hasOctets(of: other.value)
    }
}

extension String {
    /// Equality of octets; `==` would also accept another spelling of the same text.
    func hasOctets(of other: String) -> Bool {
        let ours = utf8.span
        let theirs = other.utf8.span
        guard ours.count == theirs.count else { return false }
        for index in ours.indices where ours[index] != theirs[index] { return false }
        return true
    }
}
