// SPDX-License-Identifier: Apache-2.0

import Bytes

/// Why the kernel did not do what one request asked for.
///
/// | bytes | field |
/// |---|---|
/// | 4 | 0, or the error number negated |
/// | 16 | header of the request; the rest of it follows unless ``MessageFlags/capped`` |
/// | n | with ``MessageFlags/explained``, attributes: text (1), offset of the culprit (2) |
///
/// Source: linux/netlink.h, `struct nlmsgerr`.
public struct Refusal: Error, Hashable, Sendable {
    /// The error number, above 0.
    public let errno: Int32
    /// The kernel's own words (`NLMSGERR_ATTR_MSG`).
    public let explanation: String?
    /// Where in the request the culprit begins (`NLMSGERR_ATTR_OFFS`).
    public let offset: UInt32?

    /// A refusal from its parts.
    public init(errno: Int32, explanation: String? = nil, offset: UInt32? = nil) {
        self.errno = errno
        self.explanation = explanation
        self.offset = offset
    }
}

extension ReceivedMessage {
    /// What a message of type ``MessageType/outcome`` says; nil when the request was carried out.
    ///
    /// - Throws: ``NetlinkError`` when its parts do not fit.
    public func refusal() throws(NetlinkError) -> Refusal? {
        var reader = FixedHeader(payload, of: "outcome")
        let code = try reader.int32()
        let length = Int(try reader.uint32())
        try reader.skip(NetlinkMessage.headerLength - 4)
        if code == 0 { return nil }
        if !flags.contains(.capped) {
            // A request that could not be read at all may be repeated only in part.
            let rest = Attribute.aligned(length) - NetlinkMessage.headerLength
            try reader.skip(atMost: rest)
        }
        return try explained(code, reader.attributes())
    }

    /// What a message of type ``MessageType/done`` says; nil when the dump is complete.
    ///
    /// - Throws: ``NetlinkError`` when its parts do not fit.
    public func dumpRefusal() throws(NetlinkError) -> Refusal? {
        // Some families end a dump without a code.
        if payload.isEmpty { return nil }
        var reader = FixedHeader(payload, of: "done")
        let code = try reader.int32()
        // A code above zero is a count, which only some families give.
        return code >= 0 ? nil : try explained(code, reader.attributes())
    }

    private func explained(
        _ code: Int32,
        _ attributes: consuming AttributeReader
    ) throws(NetlinkError) -> Refusal {
        var explanation: String?
        var offset: UInt32?
        if flags.contains(.explained) {
            while let attribute = try attributes.next() {
                switch attribute.type {
                case 1: explanation = attribute.text()
                case 2: offset = try attribute.integer()
                default: break
                }
            }
        }
        // The magnitude, so that a hostile Int32.min cannot trap.
        let errno = Int32(clamping: code.magnitude)
        return Refusal(errno: errno, explanation: explanation, offset: offset)
    }
}
