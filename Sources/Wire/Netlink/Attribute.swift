// SPDX-License-Identifier: Apache-2.0

import Bytes

/// One node of an attribute tree to be sent; lengths and padding follow from the tree.
///
/// | bytes | field |
/// |---|---|
/// | 2 | length of this header and the payload, without padding |
/// | 2 | type; the top bit marks a nest |
/// | n | payload, then zeros to a multiple of 4 |
///
/// Source: linux/netlink.h, `struct nlattr`.
public struct Attribute: Sendable, Hashable {
    /// What the attribute carries.
    public enum Payload: Sendable, Hashable {
        /// A value.
        case bytes([UInt8])
        /// Text, sent with the closing zero byte that most of the kernel wants.
        case text(String)
        /// More attributes; a `prefix` of fixed bytes may stand before them.
        case nest(prefix: [UInt8], [Attribute])
    }

    /// The number within the enclosing message or nest, without flags.
    public let type: UInt16
    /// The value or nest.
    public let payload: Payload

    /// An attribute with raw bytes.
    public init(_ type: UInt16, bytes: [UInt8] = []) {
        self.type = type
        payload = .bytes(bytes)
    }

    /// An integer in this machine's order.
    public init<Value: FixedWidthInteger & UnsignedInteger>(_ type: UInt16, _ value: Value) {
        var writer = ByteWriter(capacity: 8)
        writer.native(value)
        self.init(type, bytes: writer.bytes)
    }

    /// Text; one with a zero byte in it is refused when it is encoded.
    public init(_ type: UInt16, text: String) {
        self.type = type
        payload = .text(text)
    }

    /// A nest, marked as one (`NLA_F_NESTED`).
    public init(_ type: UInt16, prefix: [UInt8] = [], nest: [Attribute]) {
        self.type = type
        payload = .nest(prefix: prefix, nest)
    }

    /// Bytes on the wire, padding included.
    var paddedLength: Int { Self.aligned(length) }

    private var length: Int {
        switch payload {
        case .bytes(let bytes): Self.headerLength + bytes.count
        case .text(let text): Self.headerLength + text.utf8.count + 1
        case .nest(let prefix, let children):
            children.reduce(Self.headerLength + Self.aligned(prefix.count)) { $0 + $1.paddedLength }
        }
    }

    func encode(into writer: inout ByteWriter) throws(NetlinkError) {
        let length = length
        guard let claimed = UInt16(exactly: length) else {
            throw .attributeTooLong(attribute: type, bytes: length - Self.headerLength)
        }
        writer.native(claimed)
        switch payload {
        case .bytes(let bytes):
            writer.native(type)
            writer.append(bytes)
        case .text(let text):
            // The kernel would see only what stands before the zero: another name.
            if text.utf8.contains(0) { throw .zeroByte(attribute: type) }
            writer.native(type)
            writer.append(text.utf8)
            writer.byte(0)
        case .nest(let prefix, let children):
            writer.native(type | Self.nestedFlag)
            writer.append(prefix)
            writer.zeros(Self.aligned(prefix.count) - prefix.count)
            for child in children {
                try child.encode(into: &writer)
            }
        }
        writer.zeros(Self.aligned(length) - length)
    }

    static let headerLength = 4
    static let nestedFlag: UInt16 = 0x8000
    /// The type without the nest and byte-order flags.
    static let typeMask: UInt16 = 0x3fff

    /// The next multiple of 4.
    static func aligned(_ length: Int) -> Int { (length + 3) & ~3 }
}
