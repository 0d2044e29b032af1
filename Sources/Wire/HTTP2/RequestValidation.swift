// SPDX-License-Identifier: Apache-2.0

import HPACK

/// What the machine must know of a request's header section, once it is known to be well formed.
struct RequestHead: Equatable {
    private(set) var contentLength: Int?
    /// Whether the response's content-length counts nothing.
    private(set) var isHead = false

    /// Checks a request (RFC 9113 § 8.3.1).
    init(_ fields: [HeaderField]) throws(Malformation) {
        var pseudo = PseudoHeaders()
        var host: String?
        var isPastPseudo = false
        for field in fields {
            if FieldValidation.isPseudo(field) {
                guard !isPastPseudo else { throw .pseudoHeader(field.name) }
                try FieldValidation.checkValue(of: field)
                try pseudo.take(field)
                continue
            }
            isPastPseudo = true
            try FieldValidation.check(field)
            if field.name == "content-length" {
                contentLength = try FieldValidation.contentLength(field, after: contentLength)
            } else if field.name == "host" {
                host = field.value
            }
        }
        try pseudo.checkComplete()
        try pseudo.checkHost(host)
        isHead = pseudo.method == "HEAD"
    }
}

/// The pseudo-headers of a request, each at most once.
private struct PseudoHeaders {
    var method: String?
    private var scheme: String?
    private var authority: String?
    private var path: String?

    mutating func take(_ field: HeaderField) throws(Malformation) {
        switch field.name {
        case ":method": try set(&method, field)
        case ":scheme": try set(&scheme, field)
        case ":authority": try set(&authority, field)
        case ":path": try set(&path, field)
        default: throw .pseudoHeader(field.name)
        }
    }

    private func set(_ slot: inout String?, _ field: HeaderField) throws(Malformation) {
        guard slot == nil else { throw .pseudoHeader(field.name) }
        slot = field.value
    }

    /// Exactly one method, scheme and path; CONNECT has an authority instead (§ 8.5).
    func checkComplete() throws(Malformation) {
        guard let method, !method.isEmpty else { throw .missing(":method") }
        guard method != "CONNECT" else {
            guard authority != nil else { throw .missing(":authority") }
            guard scheme == nil else { throw .pseudoHeader(":scheme") }
            guard path == nil else { throw .pseudoHeader(":path") }
            return
        }
        guard let scheme, !scheme.isEmpty else { throw .missing(":scheme") }
        guard let path else { throw .missing(":path") }
        let isAbsolute = path.utf8.first == UInt8(ascii: "/")
        guard isAbsolute || (path == "*" && method == "OPTIONS") else {
            throw .pseudoHeader(":path")
        }
    }

    /// "A server SHOULD treat a request as malformed if it contains a Host header field that
    /// identifies an entity that differs" from `:authority` (§ 8.3.1).
    func checkHost(_ host: String?) throws(Malformation) {
        guard let host, let authority, host != authority else { return }
        guard host.lowercased() == authority.lowercased() else { throw .value(of: "host") }
    }
}
