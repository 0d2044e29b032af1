// SPDX-License-Identifier: Apache-2.0

import Bytes

/// Cuts a watch's body, which comes in pieces of any size, into lines.
///
/// A line that is whole in its piece is lent from there; only what is cut is copied.
package struct LineSplitter: Sendable {
    /// The longest line: an object has at most about 3 MiB, as etcd takes no larger one.
    package static let longest = 8 << 20

    private var rest: [UInt8] = []

    package init() {}

    /// Lends each line that is complete after `piece`, without its end; empty ones are left out.
    ///
    /// - Returns: false when a line is longer than ``longest``.
    /// - Throws: what `lend` throws.
    package mutating func add<Failure: Error>(
        _ piece: [UInt8],
        _ lend: (Span<UInt8>) throws(Failure) -> Void
    ) throws(Failure) -> Bool {
        let bytes = piece.span
        var start = 0
        for index in 0..<bytes.count where bytes[index] == UInt8(ascii: "\n") {
            let part = bytes.extracting(start..<index)
            start = index + 1
            guard rest.count + part.count <= Self.longest else { return false }
            if rest.isEmpty {
                if !part.isEmpty { try lend(part) }
            } else {
                rest += [UInt8](copying: part)
                try lend(rest.span)
                rest.removeAll(keepingCapacity: rest.capacity <= 64 << 10)
            }
        }
        let part = bytes.extracting(start..<bytes.count)
        guard rest.count + part.count <= Self.longest else {
            rest = []
            return false
        }
        rest += [UInt8](copying: part)
        return true
    }
}
