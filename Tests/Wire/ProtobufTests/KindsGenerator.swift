// SPDX-License-Identifier: Apache-2.0

import TestSupport

extension FieldGenerator {
    /// A random message with a field of every kind.
    mutating func kinds() -> Kinds {
        var kinds = Kinds()
        fillScalars(&kinds)
        fillOptionals(&kinds)
        fillLists(&kinds)
        kinds.labels = table { $0.text() }
        kinds.branches = table { $0.leaf(depth: 1) }
        kinds.sizes = table { $0.integer() }
        return kinds
    }

    private mutating func fillScalars(_ kinds: inout Kinds) {
        kinds.text = text()
        kinds.octets = octets()
        kinds.flag = flag()
        kinds.small = integer()
        kinds.large = integer()
        kinds.count = integer()
        kinds.total = integer()
        kinds.ratio = ratio()
        kinds.factor = factor()
        kinds.color = number()
        kinds.fixedSmall = integer()
        kinds.fixedLarge = integer()
        kinds.signedSmall = integer()
        kinds.signedLarge = integer()
        kinds.zigzagSmall = integer()
        kinds.zigzagLarge = integer()
        kinds.last = text()
    }

    private mutating func fillOptionals(_ kinds: inout Kinds) {
        kinds.maybeText = maybe { $0.text() }
        kinds.maybeOctets = maybe { $0.octets() }
        kinds.maybeFlag = maybe { $0.flag() }
        kinds.maybeSmall = maybe { $0.integer() }
        kinds.maybeFactor = maybe { $0.flag() ? -0.0 : -.infinity }
        kinds.maybeColor = maybe { $0.number() }
        kinds.maybeFixed = maybe { $0.integer() }
        kinds.maybeZigzag = maybe { $0.integer() }
        kinds.leaf = maybe { $0.leaf(depth: 3) }
        kinds.choice =
            maybe { .word($0.text()) } ?? maybe { .number($0.integer()) }
            ?? maybe { .nested($0.leaf(depth: 2)) }
    }

    private mutating func fillLists(_ kinds: inout Kinds) {
        kinds.texts = list { $0.text() }
        kinds.octetLists = list { $0.octets() }
        kinds.flags = list { $0.flag() }
        kinds.smalls = list { $0.integer() }
        kinds.larges = list { $0.integer() }
        kinds.counts = list { $0.integer() }
        kinds.totals = list { $0.integer() }
        kinds.ratios = list { $0.ratio() }
        kinds.factors = list { $0.factor() }
        kinds.colors = list { $0.number() }
        kinds.fixedSmalls = list { $0.integer() }
        kinds.signedLarges = list { $0.integer() }
        kinds.zigzags = list { $0.integer() }
        kinds.leaves = list { $0.leaf(depth: 2) }
    }

    /// Without the highest bit of the exponent a pattern is never a NaN.
    private mutating func ratio() -> Float {
        let bits: UInt32 = integer()
        return Float(bitPattern: bits & ~(1 << 30))
    }

    private mutating func factor() -> Double {
        let eighths: Int64 = integer()
        return Double(eighths) / 8
    }

    mutating func leaf(depth: Int) -> Leaf {
        let child = depth > 0 ? maybe { $0.leaf(depth: depth - 1) } : nil
        return Leaf(text(), integer(), child: child)
    }
}
