// SPDX-License-Identifier: Apache-2.0

public import Protobuf

/// Random values for the fields of a message: often absent, often at an edge.
public struct FieldGenerator: Sendable {
    private var random: SeededGenerator

    /// Starts the sequence of `seed`.
    public init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
    }

    /// A bool.
    public mutating func flag() -> Bool {
        Bool.random(using: &random)
    }

    /// A value in one of two cases.
    public mutating func maybe<T>(_ value: (inout Self) -> T) -> T? {
        flag() ? value(&self) : nil
    }

    /// Up to three elements.
    public mutating func list<T>(_ element: (inout Self) -> T) -> [T] {
        (0..<Int.random(in: 0...3, using: &random)).map { _ in element(&self) }
    }

    /// Up to three values by their keys.
    public mutating func table<T>(_ value: (inout Self) -> T) -> [String: T] {
        let count = Int.random(in: 0...3, using: &random)
        // No key is the prefix of another: there python-protobuf has an order of its own.
        let end = count > 1 ? "!" : ""
        var table: [String: T] = [:]
        for _ in 0..<count { table[text() + end] = value(&self) }
        return table
    }

    /// Zero in one of two cases, else often the smallest or the largest.
    public mutating func integer<T: FixedWidthInteger>() -> T {
        switch Int.random(in: 0..<8, using: &random) {
        case 0..<4: 0
        case 4: T.min
        case 5: T.max
        case 6: T(UInt8.random(in: 1...127, using: &random))
        default: T.random(in: T.min...T.max, using: &random)
        }
    }

    /// One of the first numbers of an enum, in one of four cases a number that nobody knows.
    public mutating func number<E: OpenEnum>() -> E {
        let isKnown = Int.random(in: 0..<4, using: &random) > 0
        return E(rawValue: isKnown ? Int32.random(in: 0...3, using: &random) : integer())
    }

    /// Octets, or none.
    public mutating func octets() -> [UInt8] {
        var count = [0, 0, 1, 6, 16, 130].randomElement(using: &random) ?? 0
        // A length of three bytes is rare: it is slow to make.
        if count == 130, Int.random(in: 0..<50, using: &random) == 0 { count = 20_000 }
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
    }

    /// Characters of one to four bytes each, or none.
    public mutating func text() -> String {
        let letters = Array("abcXYZ019-._/: \u{e9}\u{416}\u{4e2d}\u{1f600}\0")
        let count = [0, 0, 1, 5, 20, 130].randomElement(using: &random) ?? 0
        return String((0..<count).compactMap { _ in letters.randomElement(using: &random) })
    }
}
