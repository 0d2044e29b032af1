// SPDX-License-Identifier: Apache-2.0

/// Why bytes are not a message.
///
/// `field` is the number of the field at fault in its own message.
public enum ProtobufError: Error, Equatable, Sendable {
    /// The message is larger than allowed.
    case messageTooLarge(size: Int, limit: Int)

    /// The message has more messages inside than allowed.
    case tooManyMessages(field: Int)

    /// Messages or groups are nested deeper than allowed.
    case nestedTooDeep(field: Int)

    /// The field reaches past the end of its message; `field` is 0 for a tag.
    case truncated(field: Int)

    /// A varint has more than ten bytes, or that of a tag or a length more than five.
    ///
    /// `field` is 0 for a tag.
    case overlongVarint(field: Int)

    /// A tag's field number is 0 or above 2^29 - 1.
    case invalidFieldNumber(UInt64)

    /// A tag's wire type is 6 or 7.
    case invalidWireType(field: Int, type: UInt8)

    /// A group ends that did not start, or that is not the innermost one.
    case unexpectedGroupEnd(field: Int)

    /// A string is not UTF-8.
    case invalidText(field: Int)
}

extension ProtobufError: CustomStringConvertible {
    /// One clause for an error message.
    public var description: String {
        switch self {
        case .messageTooLarge(let size, let limit):
            "protobuf message has \(size) bytes, \(limit) are allowed"
        case .tooManyMessages(let field):
            "protobuf field \(field) is one message too many"
        case .nestedTooDeep(let field):
            "protobuf field \(field) is nested too deep"
        case .truncated(0):
            "protobuf message ends inside a tag"
        case .truncated(let field):
            "protobuf field \(field) reaches past the end of its message"
        case .overlongVarint(0):
            "protobuf message has a tag of more than five bytes"
        case .overlongVarint(let field):
            "protobuf field \(field) has a varint with too many bytes"
        case .invalidFieldNumber(let number):
            "protobuf message has a field with the invalid number \(number)"
        case .invalidWireType(let field, let type):
            "protobuf field \(field) has the invalid wire type \(type)"
        case .unexpectedGroupEnd(let field):
            "protobuf field \(field) ends a group that is not open"
        case .invalidText(let field):
            "protobuf field \(field) is not UTF-8 text"
        }
    }
}
