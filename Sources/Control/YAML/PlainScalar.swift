// SPDX-License-Identifier: Apache-2.0

import JSON

/// What a scalar without quotes stands for.
///
/// Source: YAML 1.2.2 § 10.3.2, the core schema. Narrower in one place: a decimal number with a
/// leading zero is refused, because readers of YAML 1.1, Kubernetes' own among them, take it as
/// octal.
enum PlainScalar {
    case value(JSONValue)
    case ambiguous
    case unrepresentable

    init(_ text: String) {
        switch text {
        case "", "~", "null", "Null", "NULL": self = .value(.null)
        case "true", "True", "TRUE": self = .value(.bool(true))
        case "false", "False", "FALSE": self = .value(.bool(false))
        default: self = Self.number(text) ?? .value(.string(text))
        }
    }

    /// Nil for what is no number.
    private static func number(_ text: String) -> PlainScalar? {
        let bytes = Array(text.utf8)
        if text.hasPrefix("0x") { return integer(bytes[2...], radix: 16) }
        if text.hasPrefix("0o") { return integer(bytes[2...], radix: 8) }
        if [".nan", ".NaN", ".NAN"].contains(text) { return .unrepresentable }
        var rest = bytes[...]
        let sign = rest.first.flatMap { $0 == 43 || $0 == 45 ? rest.removeFirst() : nil }
        if [".inf", ".Inf", ".INF"].contains(String(decoding: rest, as: UTF8.self)) {
            return .unrepresentable
        }
        return decimal(rest, isNegative: sign == UInt8(ascii: "-"))
    }

    /// An unsigned integer of at least one digit.
    private static func integer(_ digits: ArraySlice<UInt8>, radix: Int) -> PlainScalar? {
        let text = String(decoding: digits, as: UTF8.self)
        let isNumber = digits.allSatisfy { byte in
            Character(Unicode.Scalar(byte)).hexDigitValue.map { $0 < radix } ?? false
        }
        guard isNumber, !digits.isEmpty else { return nil }
        guard let value = UInt64(text, radix: radix) else { return .unrepresentable }
        return .value(.number(JSONNumber(value)))
    }

    /// `( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?` as JSON writes it.
    private static func decimal(_ text: ArraySlice<UInt8>, isNegative: Bool) -> PlainScalar? {
        var rest = text
        let whole = digits(&rest)
        var fraction: ArraySlice<UInt8>?
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            fraction = digits(&rest)
        }
        guard !whole.isEmpty || fraction?.isEmpty == false else { return nil }
        let exponent = rest
        if let mark = rest.popFirst() {
            guard mark | 0x20 == UInt8(ascii: "e") else { return nil }
            if let sign = rest.first, sign == 43 || sign == 45 { rest.removeFirst() }
            guard !digits(&rest).isEmpty, rest.isEmpty else { return nil }
        }
        if whole.count > 1, whole.first == UInt8(ascii: "0") { return .ambiguous }
        var number: [UInt8] = isNegative ? [UInt8(ascii: "-")] : []
        number += whole.isEmpty ? [UInt8(ascii: "0")] : Array(whole)
        if let fraction {
            number += [UInt8(ascii: ".")] + (fraction.isEmpty ? [UInt8(ascii: "0")] : fraction)
        }
        number += exponent
        return JSONNumber(String(decoding: number, as: UTF8.self)).map { .value(.number($0)) }
    }

    private static func digits(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        rest = rest.dropFirst(digits.count)
        return digits
    }
}
