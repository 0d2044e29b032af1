// SPDX-License-Identifier: Apache-2.0

/// Cuts a watch's body, which comes in pieces of any size, into lines.
struct LineSplitter: Sendable {
    /// The longest line: an object has at most about 3 MiB, as etcd takes no larger one.
    static let longest = 8 << 20

    private var rest: [UInt8] = []

    /// The lines that are complete after `piece`, without their ends; empty ones are left out.
    ///
    /// - Throws: ``LineTooLong``.
    mutating func add(_ piece: [UInt8]) throws(LineTooLong) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        for part in piece.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            if part.startIndex > piece.startIndex {
                if !rest.isEmpty { lines.append(rest) }
                rest = []
            }
            rest += part
            guard rest.count <= Self.longest else { throw LineTooLong() }
        }
        return lines
    }
}

/// A line is longer than ``LineSplitter/longest``.
struct LineTooLong: Error {}
