// SPDX-License-Identifier: Apache-2.0

/// A Swift type with one natural wire form.
///
/// | Swift            | proto3                       |
/// |------------------|------------------------------|
/// | `String`         | `string`                     |
/// | `[UInt8]`        | `bytes`                      |
/// | `Bool`           | `bool`                       |
/// | `Int32`, `Int64` | `int32`, `int64`             |
/// | `UInt32`, `UInt64` | `uint32`, `uint64`         |
/// | `Float`, `Double` | `float`, `double`           |
/// | an ``OpenEnum``  | an enum                      |
///
/// Integers with another form are read and written with the label `fixed:` or `zigzag:`.
public protocol FieldValue: Hashable, Sendable {
    /// The wire type of one value.
    static var wireType: WireType { get }

    /// The default: zero, false or empty.
    init()

    /// Whether proto3 leaves the value out where presence is not tracked.
    var isDefault: Bool { get }

    /// The next value of `reader`; bits that do not fit the type are dropped.
    init(from reader: inout WireReader) throws(ProtobufError)

    /// Appends the value without its tag.
    func encode(to writer: inout FieldWriter)
}

extension FieldValue {
    /// Whether the value equals the default.
    public var isDefault: Bool { self == Self() }
}

/// An enum of proto3: numbers that this program does not know survive decoding and encoding.
///
///     struct PortKind: OpenEnum {
///         var rawValue: Int32
///         static let access = Self(rawValue: 1)
///     }
public protocol OpenEnum: FieldValue, RawRepresentable where RawValue == Int32 {
    /// The value with this number, known or not.
    init(rawValue: Int32)
}

extension OpenEnum {
    /// Enums are varints.
    public static var wireType: WireType { .varint }

    /// Number 0, the default of every enum.
    public init() {
        self.init(rawValue: 0)
    }

    /// Reads the number.
    public init(from reader: inout WireReader) throws(ProtobufError) {
        self.init(rawValue: try Int32(from: &reader))
    }

    /// Writes the number.
    public func encode(to writer: inout FieldWriter) {
        rawValue.encode(to: &writer)
    }
}
