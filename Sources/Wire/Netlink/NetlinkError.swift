// SPDX-License-Identifier: Apache-2.0

/// What can be wrong with netlink bytes, received or about to be sent.
public enum NetlinkError: Error, Equatable, Sendable {
    /// A message's length does not fit the datagram it came in.
    case badMessageLength(claimed: UInt32, available: Int)
    /// An attribute's length does not fit the message or nest around it.
    case badAttributeLength(claimed: Int, available: Int)
    /// The payload of `attribute` has another size than its type wants.
    case wrongSize(attribute: UInt16, wanted: Int, found: Int)
    /// The fixed header of a message of `type` is cut short.
    case shortHeader(type: String, wanted: Int, found: Int)
    /// An address or prefix in `attribute` contradicts the message's family.
    case badAddress(attribute: UInt16)
    /// `attribute` holds more than the 65,531 bytes that its length can tell.
    case attributeTooLong(attribute: UInt16, bytes: Int)
    /// The text to be sent in `attribute` contains a zero byte, which would cut it short.
    case zeroByte(attribute: UInt16)
}

extension NetlinkError: CustomStringConvertible {
    /// One clause for an error message.
    public var description: String {
        switch self {
        case .badMessageLength(let claimed, let available):
            "netlink message claims \(claimed) of \(available) bytes"
        case .badAttributeLength(let claimed, let available):
            "netlink attribute claims \(claimed) of \(available) bytes"
        case .wrongSize(let attribute, let wanted, let found):
            "netlink attribute \(attribute): \(wanted) bytes wanted, \(found) found"
        case .shortHeader(let type, let wanted, let found):
            "netlink \(type) header: \(wanted) bytes wanted, \(found) found"
        case .badAddress(let attribute):
            "netlink attribute \(attribute): not an address of the message's family"
        case .attributeTooLong(let attribute, let bytes):
            "netlink attribute \(attribute): \(bytes) bytes do not fit its 16-bit length"
        case .zeroByte(let attribute):
            "netlink attribute \(attribute): text with a zero byte"
        }
    }
}
