// SPDX-License-Identifier: Apache-2.0

import JSON

/// A label selector: all of its requirements must hold.
///
/// Source: Kubernetes, "Labels and Selectors".
struct LabelSelector: Sendable {
    private enum Requirement: Sendable {
        case isOneOf(String, Set<String>)
        case isNoneOf(String, Set<String>)
        case exists(String)
        case isMissing(String)
    }

    private var requirements: [Requirement] = []

    /// A selector from its text; empty selects everything.
    ///
    /// - Throws: 400.
    init(_ text: String) throws(Refusal) {
        for part in Self.split(text) {
            guard part.firstIndex(of: "(") == nil || part.hasSuffix(")") else {
                throw .badRequest(
                    "unable to parse requirement: found '', expected: ',' or ')'"
                )
            }
            guard let requirement = Self.requirement(part) else {
                throw .badRequest("unable to parse requirement: \"\(part)\" in \"\(text)\"")
            }
            requirements.append(requirement)
        }
    }

    var isEmpty: Bool { requirements.isEmpty }

    func matches(_ object: JSONValue) -> Bool {
        guard !requirements.isEmpty else { return true }
        let labels = object.labels
        return requirements.allSatisfy { requirement in
            switch requirement {
            case .isOneOf(let key, let values): labels[key].map { values.contains($0) } ?? false
            case .isNoneOf(let key, let values): labels[key].map { !values.contains($0) } ?? true
            case .exists(let key): labels[key] != nil
            case .isMissing(let key): labels[key] == nil
            }
        }
    }

    /// Commas inside parentheses do not separate.
    private static func split(_ text: String) -> [String] {
        var parts = [""]
        var depth = 0
        for character in text {
            if character == "(" { depth += 1 }
            if character == ")" { depth -= 1 }
            if character == ",", depth == 0 {
                parts.append("")
            } else {
                parts[parts.count - 1].append(character)
            }
        }
        return text.isEmpty ? [] : parts
    }

    private static func requirement(_ text: String) -> Requirement? {
        for (sign, isEqual) in [("!=", false), ("==", true), ("=", true)] {
            guard let range = text.firstRange(of: sign) else { continue }
            let key = trimmed(text[..<range.lowerBound])
            let value = trimmed(text[range.upperBound...])
            guard isKey(key), isValue(value) else { return nil }
            return isEqual ? .isOneOf(key, [value]) : .isNoneOf(key, [value])
        }
        if let open = text.firstIndex(of: "(") {
            return set(text[..<open], text[open...])
        }
        let key = trimmed(text[...])
        if key.hasPrefix("!") {
            let name = trimmed(key.dropFirst())
            return isKey(name) ? .isMissing(name) : nil
        }
        return isKey(key) ? .exists(key) : nil
    }

    private static func set(_ head: Substring, _ tail: Substring) -> Requirement? {
        let words = head.split(separator: " ")
        guard words.count == 2, isKey(String(words[0])), tail.hasSuffix(")") else { return nil }
        let values = tail.dropFirst().dropLast().split(
            separator: ",",
            omittingEmptySubsequences: false
        ).map { trimmed($0) }
        guard values.allSatisfy(isValue) else { return nil }
        switch words[1] {
        case "in": return .isOneOf(String(words[0]), Set(values))
        case "notin": return .isNoneOf(String(words[0]), Set(values))
        default: return nil
        }
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        let start = text.drop { $0 == " " }
        return String(start.reversed().drop { $0 == " " }.reversed())
    }

    private static func isKey(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let name = parts.last, parts.count <= 2, !name.isEmpty else { return false }
        return parts.allSatisfy { !$0.isEmpty && isValue(String($0)) } && name.utf8.count <= 63
    }

    private static func isValue(_ text: String) -> Bool {
        text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"):
                true
            default: false
            }
        }
    }
}

/// A field selector: equalities and inequalities of fields, all of which must hold.
struct FieldSelector: Sendable {
    private var requirements: [(path: [String], value: String, isEqual: Bool)] = []

    /// A selector from its text; a custom resource has `metadata.name` and `metadata.namespace`.
    ///
    /// - Throws: 400.
    init(_ text: String, for kind: ResourceKind) throws(Refusal) {
        for part in text.split(separator: ",") {
            var requirement: (path: [String], value: String, isEqual: Bool)?
            for (sign, isEqual) in [("!=", false), ("==", true), ("=", true)] {
                guard requirement == nil, let range = part.firstRange(of: sign) else { continue }
                let path = part[..<range.lowerBound].split(separator: ".").map(String.init)
                requirement = (path, String(part[range.upperBound...]), isEqual)
            }
            guard let requirement else {
                throw .badRequest("invalid selector: '\(text)'; can't understand '\(part)'")
            }
            let field = requirement.path.joined(separator: ".")
            guard kind.selectableFields.contains(field) else {
                throw .badRequest("field label not supported: \(field)")
            }
            requirements.append(requirement)
        }
    }

    var isEmpty: Bool { requirements.isEmpty }

    func matches(_ object: JSONValue) -> Bool {
        requirements.allSatisfy { requirement in
            let found = requirement.path.reduce(Optional(object)) { $0?[$1] }
            return (found?.string ?? "" == requirement.value) == requirement.isEqual
        }
    }
}
