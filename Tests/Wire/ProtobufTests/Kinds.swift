// SPDX-License-Identifier: Apache-2.0

import Protobuf

/// `opi_xpu.test.Color` of `Tests/peers/kinds.proto`.
struct Color: OpenEnum {
    var rawValue: Int32

    static let red = Self(rawValue: 1)
    static let far = Self(rawValue: 70000)
    static let negative = Self(rawValue: -1)
}

/// `opi_xpu.test.Leaf`; a struct cannot hold itself, so its only child stands in an array.
struct Leaf: Message {
    var name = ""
    var count: UInt32 = 0
    var unknownFields = UnknownFields()
    private var children: [Leaf] = []

    var child: Leaf? {
        get { children.first }
        set { children = newValue.map { [$0] } ?? [] }
    }

    init() {}

    init(_ name: String, _ count: UInt32 = 0, child: Leaf? = nil) {
        self.name = name
        self.count = count
        self.child = child
    }

    mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&name)
        case 2: try field.read(&count)
        case 3: try field.read(&child)
        default: try field.keep(in: &unknownFields)
        }
    }

    func encode(to writer: inout FieldWriter) {
        writer.write(1, name)
        writer.write(2, count)
        writer.write(3, child)
        writer.write(unknownFields)
    }
}

/// `opi_xpu.test.Kinds`.
struct Kinds: Message {
    /// The members of `choice`.
    enum Choice: Hashable {
        case word(String)
        case number(UInt32)
        case nested(Leaf)
    }

    var text = ""
    var octets: [UInt8] = []
    var flag = false
    var small: Int32 = 0
    var large: Int64 = 0
    var count: UInt32 = 0
    var total: UInt64 = 0
    var ratio: Float = 0
    var factor: Double = 0
    var color = Color()
    var fixedSmall: UInt32 = 0
    var fixedLarge: UInt64 = 0
    var signedSmall: Int32 = 0
    var signedLarge: Int64 = 0
    var zigzagSmall: Int32 = 0
    var zigzagLarge: Int64 = 0

    var maybeText: String?
    var maybeOctets: [UInt8]?
    var maybeFlag: Bool?
    var maybeSmall: Int32?
    var maybeFactor: Double?
    var maybeColor: Color?
    var maybeFixed: UInt32?
    var maybeZigzag: Int64?
    var leaf: Leaf?

    var texts: [String] = []
    var octetLists: [[UInt8]] = []
    var flags: [Bool] = []
    var smalls: [Int32] = []
    var larges: [Int64] = []
    var counts: [UInt32] = []
    var totals: [UInt64] = []
    var ratios: [Float] = []
    var factors: [Double] = []
    var colors: [Color] = []
    var fixedSmalls: [UInt32] = []
    var signedLarges: [Int64] = []
    var zigzags: [Int32] = []
    var leaves: [Leaf] = []

    var labels: [String: String] = [:]
    var branches: [String: Leaf] = [:]
    var sizes: [String: UInt64] = [:]

    var choice: Choice?
    var last = ""
    var unknownFields = UnknownFields()

    // One line a field; there are many kinds.
    mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&text)
        case 2: try field.read(&octets)
        case 3: try field.read(&flag)
        case 4: try field.read(&small)
        case 5: try field.read(&large)
        case 6: try field.read(&count)
        case 7: try field.read(&total)
        case 8: try field.read(&ratio)
        case 9: try field.read(&factor)
        case 10: try field.read(&color)
        case 11: try field.read(fixed: &fixedSmall)
        case 12: try field.read(fixed: &fixedLarge)
        case 13: try field.read(fixed: &signedSmall)
        case 14: try field.read(fixed: &signedLarge)
        case 15: try field.read(zigzag: &zigzagSmall)
        case 16: try field.read(zigzag: &zigzagLarge)
        case 21: try field.read(&maybeText)
        case 22: try field.read(&maybeOctets)
        case 23: try field.read(&maybeFlag)
        case 24: try field.read(&maybeSmall)
        case 25: try field.read(&maybeFactor)
        case 26: try field.read(&maybeColor)
        case 27: try field.read(fixed: &maybeFixed)
        case 28: try field.read(zigzag: &maybeZigzag)
        case 31: try field.read(&leaf)
        case 41: try field.read(&texts)
        case 42: try field.read(&octetLists)
        case 43: try field.read(&flags)
        case 44: try field.read(&smalls)
        case 45: try field.read(&larges)
        case 46: try field.read(&counts)
        case 47: try field.read(&totals)
        case 48: try field.read(&ratios)
        case 49: try field.read(&factors)
        case 50: try field.read(&colors)
        case 51: try field.read(fixed: &fixedSmalls)
        case 52: try field.read(fixed: &signedLarges)
        case 53: try field.read(zigzag: &zigzags)
        case 54: try field.read(&leaves)
        case 61: try field.read(&labels)
        case 62: try field.read(&branches)
        case 63: try field.read(&sizes)
        case 71: try field.read(&word)
        case 72: try field.read(&number)
        case 73: try field.read(&nested)
        case 536_870_911: try field.read(&last)
        default: try field.keep(in: &unknownFields)
        }
    }

    func encode(to writer: inout FieldWriter) {
        writer.write(1, text)
        writer.write(2, octets)
        writer.write(3, flag)
        writer.write(4, small)
        writer.write(5, large)
        writer.write(6, count)
        writer.write(7, total)
        writer.write(8, ratio)
        writer.write(9, factor)
        writer.write(10, color)
        writer.write(11, fixed: fixedSmall)
        writer.write(12, fixed: fixedLarge)
        writer.write(13, fixed: signedSmall)
        writer.write(14, fixed: signedLarge)
        writer.write(15, zigzag: zigzagSmall)
        writer.write(16, zigzag: zigzagLarge)
        writer.write(21, maybeText)
        writer.write(22, maybeOctets)
        writer.write(23, maybeFlag)
        writer.write(24, maybeSmall)
        writer.write(25, maybeFactor)
        writer.write(26, maybeColor)
        writer.write(27, fixed: maybeFixed)
        writer.write(28, zigzag: maybeZigzag)
        writer.write(31, leaf)
        writer.write(41, texts)
        writer.write(42, octetLists)
        writer.write(43, flags)
        writer.write(44, smalls)
        writer.write(45, larges)
        writer.write(46, counts)
        writer.write(47, totals)
        writer.write(48, ratios)
        writer.write(49, factors)
        writer.write(50, colors)
        writer.write(51, fixed: fixedSmalls)
        writer.write(52, fixed: signedLarges)
        writer.write(53, zigzag: zigzags)
        writer.write(54, leaves)
        writer.write(61, labels)
        writer.write(62, branches)
        writer.write(63, sizes)
        writer.write(71, word)
        writer.write(72, number)
        writer.write(73, nested)
        writer.write(536_870_911, last)
        writer.write(unknownFields)
    }
}

/// Each member of the `oneof` as an optional; setting one replaces the others.
extension Kinds {
    private var word: String? {
        get { if case .word(let word) = choice { word } else { nil } }
        set { if let newValue { choice = .word(newValue) } }
    }

    private var number: UInt32? {
        get { if case .number(let number) = choice { number } else { nil } }
        set { if let newValue { choice = .number(newValue) } }
    }

    private var nested: Leaf? {
        get { if case .nested(let leaf) = choice { leaf } else { nil } }
        set { if let newValue { choice = .nested(newValue) } }
    }
}
