// SPDX-License-Identifier: Apache-2.0

import Protobuf
import TestSupport

/// Random messages with about half of their fields set.
struct KindsGenerator {
    private var random: SeededGenerator

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
    }

    mutating func next() -> Kinds {
        var kinds = Kinds()
        fillScalars(&kinds)
        fillOptionals(&kinds)
        fillLists(&kinds)
        fillMaps(&kinds)
        return kinds
    }

    private mutating func fillScalars(_ kinds: inout Kinds) {
        if heads() { kinds.text = text() }
        if heads() { kinds.octets = octets() }
        if heads() { kinds.flag = heads() }
        if heads() { kinds.small = integer() }
        if heads() { kinds.large = integer() }
        if heads() { kinds.count = integer() }
        if heads() { kinds.total = integer() }
        if heads() { kinds.ratio = Float(bitPattern: finite(integer())) }
        if heads() { kinds.factor = Double(integer() as Int32) / 8 }
        if heads() { kinds.color = color() }
        if heads() { kinds.fixedSmall = integer() }
        if heads() { kinds.fixedLarge = integer() }
        if heads() { kinds.signedSmall = integer() }
        if heads() { kinds.signedLarge = integer() }
        if heads() { kinds.zigzagSmall = integer() }
        if heads() { kinds.zigzagLarge = integer() }
        if heads() { kinds.last = text() }
    }

    private mutating func fillOptionals(_ kinds: inout Kinds) {
        if heads() { kinds.maybeText = text() }
        if heads() { kinds.maybeOctets = octets() }
        if heads() { kinds.maybeFlag = heads() }
        if heads() { kinds.maybeSmall = integer() }
        if heads() { kinds.maybeFactor = heads() ? -0.0 : .infinity }
        if heads() { kinds.maybeColor = color() }
        if heads() { kinds.maybeFixed = integer() }
        if heads() { kinds.maybeZigzag = integer() }
        if heads() { kinds.leaf = leaf(depth: 3) }
        switch Int.random(in: 0..<4, using: &random) {
        case 0: kinds.choice = .word(text())
        case 1: kinds.choice = .number(integer())
        case 2: kinds.choice = .nested(leaf(depth: 2))
        default: break
        }
    }

    private mutating func fillLists(_ kinds: inout Kinds) {
        if heads() { kinds.texts = list { $0.text() } }
        if heads() { kinds.octetLists = list { $0.octets() } }
        if heads() { kinds.flags = list { $0.heads() } }
        if heads() { kinds.smalls = list { $0.integer() } }
        if heads() { kinds.larges = list { $0.integer() } }
        if heads() { kinds.counts = list { $0.integer() } }
        if heads() { kinds.totals = list { $0.integer() } }
        if heads() { kinds.ratios = list { Float(bitPattern: $0.finite($0.integer())) } }
        if heads() { kinds.factors = list { Double($0.integer() as Int64) } }
        if heads() { kinds.colors = list { $0.color() } }
        if heads() { kinds.fixedSmalls = list { $0.integer() } }
        if heads() { kinds.signedLarges = list { $0.integer() } }
        if heads() { kinds.zigzags = list { $0.integer() } }
        if heads() { kinds.leaves = list { $0.leaf(depth: 2) } }
    }

    private mutating func fillMaps(_ kinds: inout Kinds) {
        // No key is the prefix of another: there the peer has an order of its own.
        let count = Int.random(in: 0...4, using: &random)
        let end = count > 1 ? "!" : ""
        for _ in 0..<count {
            kinds.labels[text() + end] = text()
            kinds.branches[text() + end] = leaf(depth: 1)
            kinds.sizes[text() + end] = integer()
        }
    }

    private mutating func heads() -> Bool {
        Bool.random(using: &random)
    }

    private mutating func list<T>(_ element: (inout Self) -> T) -> [T] {
        (0..<Int.random(in: 0...5, using: &random)).map { _ in element(&self) }
    }

    private mutating func integer<T: FixedWidthInteger>() -> T {
        switch Int.random(in: 0..<5, using: &random) {
        case 0: T.min
        case 1: T.max
        case 2: T(UInt8.random(in: 0...127, using: &random))
        default: T.random(in: T.min...T.max, using: &random)
        }
    }

    /// Without the highest bit of the exponent a pattern is never a NaN.
    private func finite(_ bits: UInt32) -> UInt32 {
        bits & ~(1 << 30)
    }

    private mutating func color() -> Color {
        [.red, .far, .negative, Color(), Color(rawValue: integer())]
            .randomElement(using: &random) ?? .red
    }

    private mutating func octets() -> [UInt8] {
        let count = [0, 1, 6, 130, 20_000].randomElement(using: &random) ?? 0
        // Long ones are rare: they only prove the length.
        let length = count == 20_000 && Int.random(in: 0..<50, using: &random) > 0 ? 3 : count
        return (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
    }

    private mutating func text() -> String {
        let letters = Array("abcXYZ019-._/: \u{e9}\u{416}\u{4e2d}\u{1f600}\0")
        let length = [0, 1, 5, 20, 200].randomElement(using: &random) ?? 0
        return String((0..<length).compactMap { _ in letters.randomElement(using: &random) })
    }

    private mutating func leaf(depth: Int) -> Leaf {
        let child = depth > 0 && heads() ? leaf(depth: depth - 1) : nil
        return Leaf(heads() ? text() : "", heads() ? integer() : 0, child: child)
    }
}
