// SPDX-License-Identifier: Apache-2.0

import HPACK

/// What the machine must know of a response's header section, once it is known to be well formed.
struct ResponseHead: Equatable {
    /// 100 to 999.
    private(set) var status = 0
    private(set) var contentLength: Int?

    /// Whether another header section follows.
    var isInformational: Bool { status < 200 }

    /// Whether content-length says what a body would have been, not what it is (RFC 9110 § 6.4.1).
    var hasNoBody: Bool { status == 204 || status == 304 }

    /// Checks a response (RFC 9113 § 8.3.2).
    init(_ fields: [HeaderField]) throws(Malformation) {
        var isPastPseudo = false
        for field in fields {
            if FieldValidation.isPseudo(field) {
                guard field.name == ":status", status == 0, !isPastPseudo else {
                    throw .pseudoHeader(field.name)
                }
                status = try Self.status(field.value)
                continue
            }
            isPastPseudo = true
            try FieldValidation.check(field)
            if field.name == "content-length" {
                contentLength = try FieldValidation.contentLength(field, after: contentLength)
            }
        }
        guard status != 0 else { throw .missing(":status") }
    }

    /// Three digits; "HTTP/2 does not support the 101 (Switching Protocols)" status (§ 8.6).
    private static func status(_ value: String) throws(Malformation) -> Int {
        let digits = value.utf8
        guard digits.count == 3, digits.allSatisfy({ (0x30...0x39).contains($0) }),
            let status = Int(value), status >= 100, status != 101
        else { throw .status(value) }
        return status
    }
}
