// SPDX-License-Identifier: Apache-2.0

import HPACK

/// The rules of RFC 9113 § 8.2 that hold for every field of every section.
enum FieldValidation {
    /// Checks a field that is no pseudo-header.
    static func check(_ field: HeaderField) throws(Malformation) {
        try checkName(field.name)
        try checkValue(of: field)
        try checkConnection(field)
    }

    /// Checks trailers: ordinary fields only.
    static func checkTrailers(_ fields: [HeaderField]) throws(Malformation) {
        for field in fields {
            guard !isPseudo(field) else { throw .pseudoHeader(field.name) }
            try check(field)
        }
    }

    static func isPseudo(_ field: HeaderField) -> Bool {
        field.name.utf8.first == UInt8(ascii: ":")
    }

    /// "A field name MUST NOT contain characters in the ranges 0x00-0x20, 0x41-0x5a, or 0x7f-0xff"
    /// and no colon (§ 8.2.1).
    private static func checkName(_ name: String) throws(Malformation) {
        var isEmpty = true
        for octet in name.utf8 {
            isEmpty = false
            guard octet > 0x20, octet < 0x7f, !(0x41...0x5a).contains(octet),
                octet != UInt8(ascii: ":")
            else { throw .name(name) }
        }
        guard !isEmpty else { throw .name(name) }
    }

    /// No NUL, LF or CR anywhere, no blank or tab at an end (§ 8.2.1).
    static func checkValue(of field: HeaderField) throws(Malformation) {
        var last: UInt8?
        for octet in field.value.utf8 {
            if octet <= 0x20 {
                guard octet != 0, octet != 0x0a, octet != 0x0d else {
                    throw .value(of: field.name)
                }
                guard last != nil || !isBlank(octet) else { throw .value(of: field.name) }
            }
            last = octet
        }
        guard last.map(isBlank) != true else { throw .value(of: field.name) }
    }

    private static func isBlank(_ octet: UInt8) -> Bool {
        octet == 0x20 || octet == 0x09
    }

    /// "An endpoint MUST NOT generate an HTTP/2 message containing connection-specific header
    /// fields"; TE may only say `trailers` (§ 8.2.2).
    private static func checkConnection(_ field: HeaderField) throws(Malformation) {
        let isForbidden =
            switch field.name {
            case "connection", "proxy-connection", "keep-alive", "transfer-encoding", "upgrade":
                true
            case "te":
                field.value != "trailers"
            default:
                false
            }
        guard !isForbidden else { throw .connectionSpecific(field.name) }
    }

    /// The content-length of a section; repeated ones must agree (§ 8.1.1).
    static func contentLength(
        _ field: HeaderField,
        after previous: Int?
    ) throws(Malformation) -> Int {
        let digits = field.value.utf8
        guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }),
            let length = Int(field.value), previous == nil || previous == length
        else { throw .contentLength }
        return length
    }
}
