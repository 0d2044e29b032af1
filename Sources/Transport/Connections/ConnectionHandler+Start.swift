// SPDX-License-Identifier: Apache-2.0

import HTTP2
import NIOCore

/// What a peer speaks that does not start as HTTP/2 does.
extension ConnectionHandler {
    /// Whether the first bytes are those of a TLS record.
    ///
    /// A client's hello, or a server's alert that answers what is not TLS (RFC 8446 § 5.1); HTTP/2
    /// never begins so.
    static func startsAsTLS(_ buffer: ByteBuffer) -> Bool {
        let start = buffer.readableBytesView.prefix(2)
        let kind: UInt8 = Side.isServer ? 0x16 : 0x15
        return start.elementsEqual([kind, 0x03])
    }

    /// The first line of a server that answers our preface in text, as one of HTTP/1.1 does; no
    /// first frame of HTTP/2 looks like that, for its length would be millions (RFC 9113 § 3.4).
    static func startsAsText(_ buffer: ByteBuffer) -> String? {
        guard !Side.isServer else { return nil }
        let line = buffer.readableBytesView.prefix(80).prefix { (0x20...0x7e).contains($0) }
        return line.count < 4 ? nil : String(decoding: line, as: UTF8.self)
    }
}
