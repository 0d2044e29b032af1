// SPDX-License-Identifier: Apache-2.0

import Bytes

/// Builds one JSON document; commas, colons and line breaks come by themselves.
///
/// A call that no document can have (a value without its key, two values in a row at the top, an
/// end without its beginning) is our bug and traps.
public struct JSONWriter: Sendable {
    private var bytes: [UInt8] = []
    /// The closing bracket of each open container.
    private var open: [UInt8] = []
    private var due = Due.value
    private let indent: Int

    private enum Due {
        /// A value: at the start or after a key.
        case value
        /// The first key or element of the innermost container, or its end.
        case first
        /// Another key or element, or the end of the container.
        case next
        /// Nothing: the document is complete.
        case end
    }

    /// An empty document; with `indent` blanks a level it is laid out for people, with 0 compact.
    public init(indent: Int = 0, capacity: Int = 0) {
        precondition((0...8).contains(indent), "indent out of range")
        self.indent = indent
        bytes.reserveCapacity(capacity)
    }

    /// Opens an object.
    public mutating func beginObject() {
        begin(UInt8(ascii: "{"), closing: UInt8(ascii: "}"))
    }

    /// Names the member whose value is written next.
    public mutating func key(_ name: String) {
        precondition(open.last == UInt8(ascii: "}"), "a key outside an object")
        separate()
        quote(name)
        bytes.append(UInt8(ascii: ":"))
        if indent > 0 { bytes.append(UInt8(ascii: " ")) }
        due = .value
    }

    /// Closes the innermost container, an object.
    public mutating func endObject() {
        end(UInt8(ascii: "}"))
    }

    /// Opens an array.
    public mutating func beginArray() {
        begin(UInt8(ascii: "["), closing: UInt8(ascii: "]"))
    }

    /// Closes the innermost container, an array.
    public mutating func endArray() {
        end(UInt8(ascii: "]"))
    }

    /// Writes text.
    public mutating func string(_ text: String) {
        beginValue()
        quote(text)
        endValue()
    }

    /// Writes an integer.
    public mutating func integer(_ value: some FixedWidthInteger) {
        scalar(String(value))
    }

    /// Writes a finite double in the shortest form that reads back as the same.
    public mutating func double(_ value: Double) {
        precondition(value.isFinite, "JSON has no \(value)")
        scalar(value.description)
    }

    /// Writes a number as it is.
    public mutating func number(_ value: JSONNumber) {
        scalar(value.text)
    }

    /// Writes `true` or `false`.
    public mutating func bool(_ value: Bool) {
        scalar(value ? "true" : "false")
    }

    /// Writes `null`.
    public mutating func null() {
        scalar("null")
    }

    /// Writes a tree.
    public mutating func value(_ value: JSONValue) {
        switch value {
        case .null: null()
        case .bool(let value): bool(value)
        case .number(let value): number(value)
        case .string(let value): string(value)
        case .array(let elements):
            beginArray()
            for element in elements { self.value(element) }
            endArray()
        case .object(let object):
            beginObject()
            for member in object.members {
                key(member.key)
                self.value(member.value)
            }
            endObject()
        }
    }

    /// Writes a value that is JSON already, such as one that ``JSONReader/raw()`` lent; unchecked.
    public mutating func verbatim(_ json: Span<UInt8>) {
        beginValue()
        bytes += [UInt8](copying: json)
        endValue()
    }

    /// Hands the complete document over and starts again empty.
    public mutating func take() -> [UInt8] {
        precondition(due == .end, "the document is not complete")
        defer {
            bytes = []
            due = .value
        }
        return bytes
    }

    // MARK: Structure

    private mutating func begin(_ bracket: UInt8, closing: UInt8) {
        beginValue()
        bytes.append(bracket)
        open.append(closing)
        due = .first
    }

    private mutating func end(_ bracket: UInt8) {
        precondition(open.popLast() == bracket, "not the innermost container")
        precondition(due != .value, "a key without a value")
        if due == .next { breakLine() }
        bytes.append(bracket)
        endValue()
    }

    private mutating func beginValue() {
        if open.last == UInt8(ascii: "]") { separate() }
        precondition(due == .value, "a value out of turn")
    }

    private mutating func endValue() {
        due = open.isEmpty ? .end : .next
    }

    /// Puts what belongs between two elements or members, and before the first.
    private mutating func separate() {
        precondition(due != .value, "a key without a value")
        if due == .next { bytes.append(UInt8(ascii: ",")) }
        breakLine()
        due = .value
    }

    private mutating func breakLine() {
        guard indent > 0 else { return }
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indent * open.count))
    }

    // MARK: Scalars

    private mutating func scalar(_ text: String) {
        beginValue()
        bytes.append(contentsOf: text.utf8)
        endValue()
    }

    private mutating func quote(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        if text.utf8.contains(where: Self.needsEscape) {
            for byte in text.utf8 {
                if Self.needsEscape(byte) { escape(byte) } else { bytes.append(byte) }
            }
        } else {
            bytes.append(contentsOf: text.utf8)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func escape(_ byte: UInt8) {
        let text =
            switch byte {
            case UInt8(ascii: "\""): "\\\""
            case UInt8(ascii: "\\"): "\\\\"
            case 0x08: "\\b"
            case 0x0c: "\\f"
            case 0x0a: "\\n"
            case 0x0d: "\\r"
            case 0x09: "\\t"
            default: "\\u00" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
        bytes.append(contentsOf: text.utf8)
    }
}
