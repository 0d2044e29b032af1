// SPDX-License-Identifier: Apache-2.0

public import Bytes

/// A message to be sent: the fixed header of its family and an attribute tree.
///
/// | bytes | field |
/// |---|---|
/// | 4 | length of everything, this header included |
/// | 2 | type |
/// | 2 | flags |
/// | 4 | sequence, chosen by the sender, repeated in answers |
/// | 4 | port, 0 towards the kernel |
/// | n | fixed header of the family, then attributes, each padded to 4 |
///
/// Source: linux/netlink.h, `struct nlmsghdr`.
public struct NetlinkMessage: Sendable, Hashable {
    /// The request.
    public var type: MessageType
    /// How it is to be carried out and answered.
    public var flags: MessageFlags
    /// The family's fixed header.
    public var header: [UInt8]
    /// The tree below it.
    public var attributes: [Attribute]

    /// A message from its parts; ``MessageFlags/request`` is added when it is encoded.
    public init(
        _ type: MessageType,
        _ flags: MessageFlags = [],
        header: [UInt8] = [],
        attributes: [Attribute] = []
    ) {
        self.type = type
        self.flags = flags
        self.header = header
        self.attributes = attributes
    }

    /// Appends the message to `writer`.
    ///
    /// - Throws: ``NetlinkError/attributeTooLong(attribute:bytes:)``; `writer` then holds a part.
    public func encode(
        sequence: UInt32,
        into writer: inout ByteWriter
    ) throws(NetlinkError) {
        let body = Attribute.aligned(header.count)
        let length = attributes.reduce(Self.headerLength + body) { $0 + $1.paddedLength }
        writer.native(UInt32(truncatingIfNeeded: length))
        writer.native(type.rawValue)
        writer.native(flags.union(.request).rawValue)
        writer.native(sequence)
        writer.native(UInt32(0))
        writer.append(header)
        writer.zeros(body - header.count)
        for attribute in attributes {
            try attribute.encode(into: &writer)
        }
    }

    static let headerLength = 16
}

/// What a message is about.
///
/// Source: linux/netlink.h, linux/rtnetlink.h.
public struct MessageType: RawRepresentable, Hashable, Sendable {
    /// The number on the wire.
    public let rawValue: UInt16

    /// A type by its number.
    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// An acknowledgement or refusal (`NLMSG_ERROR`).
    public static let outcome = MessageType(rawValue: 2)
    /// The end of a dump (`NLMSG_DONE`).
    public static let done = MessageType(rawValue: 3)
    /// A link to create or change, or one that is told about (`RTM_NEWLINK`).
    public static let newLink = MessageType(rawValue: 16)
    /// A link to delete (`RTM_DELLINK`).
    public static let deleteLink = MessageType(rawValue: 17)
    /// A question about links (`RTM_GETLINK`).
    public static let getLink = MessageType(rawValue: 18)
    /// A change of an existing link (`RTM_SETLINK`).
    public static let setLink = MessageType(rawValue: 19)
    /// An address to add, or one that is told about (`RTM_NEWADDR`).
    public static let newAddress = MessageType(rawValue: 20)
    /// An address to delete (`RTM_DELADDR`).
    public static let deleteAddress = MessageType(rawValue: 21)
    /// A question about addresses (`RTM_GETADDR`).
    public static let getAddress = MessageType(rawValue: 22)
    /// A route to add, or one that is told about (`RTM_NEWROUTE`).
    public static let newRoute = MessageType(rawValue: 24)
    /// A route to delete (`RTM_DELROUTE`).
    public static let deleteRoute = MessageType(rawValue: 25)
    /// A question about routes (`RTM_GETROUTE`).
    public static let getRoute = MessageType(rawValue: 26)
    /// A neighbour to add, or one that is told about (`RTM_NEWNEIGH`).
    public static let newNeighbour = MessageType(rawValue: 28)
    /// A neighbour to delete (`RTM_DELNEIGH`).
    public static let deleteNeighbour = MessageType(rawValue: 29)
    /// A question about neighbours (`RTM_GETNEIGH`).
    public static let getNeighbour = MessageType(rawValue: 30)
    /// Alternative names to add to a link (`RTM_NEWLINKPROP`).
    public static let newLinkProperty = MessageType(rawValue: 108)
    /// Alternative names to remove from a link (`RTM_DELLINKPROP`).
    public static let deleteLinkProperty = MessageType(rawValue: 109)
}

/// How a message is meant; the same bits mean different things in requests and answers.
///
/// Source: linux/netlink.h, `NLM_F_*`.
public struct MessageFlags: OptionSet, Hashable, Sendable {
    /// The bits on the wire.
    public let rawValue: UInt16

    /// Flags by their bits.
    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// A request to the kernel.
    public static let request = MessageFlags(rawValue: 0x1)
    /// One of several answers; a ``MessageType/done`` ends them.
    public static let multipart = MessageFlags(rawValue: 0x2)
    /// The kernel answers with an outcome also on success.
    public static let acknowledge = MessageFlags(rawValue: 0x4)
    /// The dump is not a consistent picture: something changed while it was made.
    public static let interrupted = MessageFlags(rawValue: 0x10)

    /// Get requests: all objects instead of one.
    public static let dump = MessageFlags(rawValue: 0x300)

    /// New requests: replace an existing object.
    public static let replace = MessageFlags(rawValue: 0x100)
    /// New requests: fail when the object exists.
    public static let exclusive = MessageFlags(rawValue: 0x200)
    /// New requests: create the object when it does not exist.
    public static let create = MessageFlags(rawValue: 0x400)

    /// Outcomes: of the refused request only the header is repeated.
    public static let capped = MessageFlags(rawValue: 0x100)
    /// Outcomes: attributes with the kernel's explanation follow.
    public static let explained = MessageFlags(rawValue: 0x200)
}
