// SPDX-License-Identifier: Apache-2.0

import Bytes

/// A header block whose END_HEADERS has not come yet.
///
/// Source: RFC 9113 § 4.3, § 6.10: "the HEADERS frame and any CONTINUATION frames MUST be
/// transmitted as a contiguous sequence of frames, with no interleaved frames of any other type or
/// from any other stream."
struct HeaderBlock: Equatable {
    let stream: StreamID
    let flags: SectionFlags
    private(set) var bytes: [UInt8]
    private var continuations = 0

    /// Starts with the fragment of a HEADERS frame.
    init(
        _ stream: StreamID,
        _ fragment: Span<UInt8>,
        _ flags: SectionFlags,
        limits: ConnectionLimits
    ) throws(Violation) {
        self.stream = stream
        self.flags = flags
        bytes = []
        try append(fragment, limits)
    }

    /// Adds a CONTINUATION; a peer that never ends is cut off.
    mutating func `continue`(
        _ fragment: Span<UInt8>,
        limits: ConnectionLimits
    ) throws(Violation) {
        continuations += 1
        guard continuations <= limits.continuations else {
            throw .connection(.enhanceYourCalm, "too many CONTINUATIONs of one header block")
        }
        try append(fragment, limits)
    }

    /// What a frame must be while a block is open, or must not be while none is.
    static func admit(_ header: FrameHeader, during block: HeaderBlock?) throws(Violation) {
        guard let block else {
            guard header.type != .continuation else {
                throw .connection(.protocolError, "CONTINUATION without HEADERS before it")
            }
            return
        }
        guard header.type == .continuation, header.stream == block.stream else {
            throw .connection(.protocolError, "a frame inside the header block of another")
        }
    }

    private mutating func append(
        _ fragment: Span<UInt8>,
        _ limits: ConnectionLimits
    ) throws(Violation) {
        guard bytes.count + fragment.count <= limits.headerBlockSize else {
            throw .connection(.enhanceYourCalm, "header block is too large")
        }
        bytes.append(copying: fragment)
    }
}
