// SPDX-License-Identifier: Apache-2.0

import Addressing
import JSON
import PCI

extension JSONNode {
    /// The elements of the array `key` as `read` reads them; none when it is absent.
    func list<Element>(
        _ key: String,
        _ read: (JSONNode) throws(JSONShapeError) -> Element
    ) throws(JSONShapeError) -> [Element] {
        var elements: [Element] = []
        for node in try optional(key)?.elements() ?? [] { elements.append(try read(node)) }
        return elements
    }

    /// This object of texts.
    func texts() throws(JSONShapeError) -> [String: String] {
        guard let object = value.members else {
            throw .wrongKind(path: path, expected: "an object", found: "\(value.kind)")
        }
        var texts: [String: String] = [:]
        texts.reserveCapacity(object.members.count)
        for member in object.members {
            // A text is the common case; the rest is for the error, or a later member of that key.
            if case .string(let text) = member.value {
                texts[member.key] = text
            } else {
                texts[member.key] = try required(member.key).string()
            }
        }
        return texts
    }

    /// This text of 1 to `longest` characters.
    func text(longest: Int = 253) throws(JSONShapeError) -> String {
        try parsed(as: "a text of 1 to \(longest) characters") {
            (1...longest).contains($0.unicodeScalars.count) ? $0 : nil
        }
    }

    /// This integer, which must lie in `range`.
    func integer(in range: ClosedRange<UInt32>) throws(JSONShapeError) -> UInt32 {
        UInt32(try integer(in: Int(range.lowerBound)...Int(range.upperBound)))
    }

    /// This text as one of the words of an enumeration.
    func word<Word: RawRepresentable<String> & CaseIterable>(
        _: Word.Type = Word.self
    ) throws(JSONShapeError) -> Word {
        try parsed(as: "one of \(Word.allCases.map(\.rawValue).joined(separator: ", "))") {
            Word(rawValue: $0)
        }
    }

    /// This text as an IP address.
    func address() throws(JSONShapeError) -> IPAddress {
        try parsed(as: "an IP address") { IPAddress($0) }
    }

    /// This text in CIDR notation, host bits kept.
    func prefix() throws(JSONShapeError) -> IPPrefix {
        try parsed(as: "a CIDR") { IPPrefix($0) }
    }

    /// This text as a PCI address.
    func function() throws(JSONShapeError) -> PCIAddress {
        try parsed(as: "a PCI address") { PCIAddress($0) }
    }
}

extension JSONValue {
    /// A number.
    static func integer(_ value: some BinaryInteger) -> JSONValue {
        .number(JSONNumber(value))
    }

    /// The text that describes `value`.
    static func described(_ value: some CustomStringConvertible) -> JSONValue {
        .string(value.description)
    }

    /// A text, nil if it is empty.
    static func text(_ text: String) -> JSONValue? {
        text.isEmpty ? nil : .string(text)
    }

    /// An object of texts in the order of their keys, nil if it is empty.
    static func texts(_ texts: [String: String]) -> JSONValue? {
        guard !texts.isEmpty else { return nil }
        let members = texts.sorted { $0.key < $1.key }.map {
            JSONObject.Member(key: $0.key, value: .string($0.value))
        }
        return .object(JSONObject(members))
    }

    /// An array, nil if it is empty.
    static func list(_ elements: [JSONValue]) -> JSONValue? {
        elements.isEmpty ? nil : .array(elements)
    }
}
