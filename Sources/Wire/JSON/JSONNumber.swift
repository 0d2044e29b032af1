// SPDX-License-Identifier: Apache-2.0

/// A number as it is written, so that nothing is lost between reading and writing.
///
/// Equality is that of the text: `1`, `1.0` and `1e0` are three different numbers.
public struct JSONNumber: Hashable, Sendable {
    /// The number in the grammar of RFC 8259 § 6.
    public let text: String

    init(checked text: String) {
        self.text = text
    }

    /// A number from its text, nil if that is not a JSON number.
    public init?(_ text: String) {
        let contiguous = Array(text.utf8)
        let reader = JSONReader(contiguous.span)
        guard let number = try? reader.scanNumber(), number.end == contiguous.count else {
            return nil
        }
        self.text = text
    }

    /// An integer of any width.
    public init(_ value: some BinaryInteger) {
        text = String(value)
    }

    /// The shortest text that gives `value` back; nil for infinities and NaN, which JSON lacks.
    public init?(_ value: Double) {
        guard value.isFinite else { return nil }
        text = value.description
    }

    /// The value if it is written as an integer (no fraction, no exponent) and fits `T`.
    public func integer<T: FixedWidthInteger>(_ type: T.Type = T.self) -> T? {
        T(text)
    }

    /// The nearest double; nil if it overflows.
    public var double: Double? {
        Double(text).flatMap { $0.isFinite ? $0 : nil }
    }
}

extension JSONNumber: CustomStringConvertible {
    /// The text.
    public var description: String { text }
}
