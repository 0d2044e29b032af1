// SPDX-License-Identifier: Apache-2.0

/// Path and query of a request, decoded.
struct RequestURL: Sendable {
    /// As it was asked for, without the query.
    let path: String
    /// The path's parts.
    let parts: [String]
    private let query: [(name: String, value: String)]

    /// Reads a request target; nil when it is no path or badly encoded.
    init?(_ target: String) {
        let halves = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = halves.first, first.hasPrefix("/") else { return nil }
        path = String(first)
        var parts: [String] = []
        for part in first.split(separator: "/") {
            guard let text = Self.decoded(part, plusIsSpace: false) else { return nil }
            parts.append(text)
        }
        self.parts = parts
        var query: [(name: String, value: String)] = []
        for pair in halves.count > 1 ? halves[1].split(separator: "&") : [] {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decoded(sides[0], plusIsSpace: true),
                let value = Self.decoded(sides.count > 1 ? sides[1] : "", plusIsSpace: true)
            else { return nil }
            query.append((name, value))
        }
        self.query = query
    }

    /// The first value of that name, nil when it is absent or empty.
    subscript(name: String) -> String? {
        query.first { $0.name == name }.flatMap { $0.value.isEmpty ? nil : $0.value }
    }

    /// Whether the name is there, with a value or without.
    func has(_ name: String) -> Bool {
        query.contains { $0.name == name }
    }

    /// Whether a flag is set: `true` or `1`.
    func flag(_ name: String) -> Bool {
        ["true", "1"].contains(self[name] ?? "")
    }

    /// A number of seconds and the like.
    ///
    /// - Throws: 400.
    func integer(_ name: String) throws(Refusal) -> Int? {
        guard let text = self[name] else { return nil }
        guard let number = Int(text), number >= 0 else {
            throw .badRequest("strconv.ParseInt: parsing \"\(text)\": invalid syntax")
        }
        return number
    }

    private static func decoded(_ text: Substring, plusIsSpace: Bool) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%") {
                guard let high = rest.popFirst().flatMap(digit),
                    let low = rest.popFirst().flatMap(digit)
                else { return nil }
                bytes.append(high << 4 | low)
            } else {
                bytes.append(byte == UInt8(ascii: "+") && plusIsSpace ? UInt8(ascii: " ") : byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// The value of a hexadecimal digit.
    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
