// SPDX-License-Identifier: Apache-2.0

import Bytes

/// Cuts a list, which comes in pieces of any size, into its items without building the list.
///
/// ```
/// {"kind":"NetdevList","metadata":{…},"items":[ {…} , {…} ]}
///                                               └─┬─┘ each is lent as it is complete
/// └──────────── the rest is the envelope ─────┘           └┘
/// ```
///
/// Only one item is kept at a time. What an item is, is not looked at; the envelope has to be read
/// as JSON afterwards, and so has each item.
package struct ItemSplitter: Sendable {
    /// The longest item, and the longest envelope: an object has at most about 3 MiB, as etcd takes
    /// no larger one.
    package static let longest = 8 << 20

    /// The document without its items; to be read when it is complete.
    package private(set) var envelope: [UInt8] = []

    private var item: [UInt8] = []
    private var depth = 0
    private var isInString = false
    private var isEscaped = false
    /// Where in the envelope the last string at the top began.
    private var key = 0
    private var isInItems = false
    private var isSeparated = true
    private var hasItems = false

    package init() {}

    /// Takes a piece and lends each item that is complete.
    ///
    /// - Returns: why it is no list, nil while it may be one.
    /// - Throws: what `lend` throws.
    package mutating func add<Failure: Error>(
        _ piece: [UInt8],
        _ lend: (Span<UInt8>) throws(Failure) -> Void
    ) throws(Failure) -> ItemsBroken? {
        let bytes = piece.span
        var start = 0  // of what is not in `item` or `envelope` yet
        for index in 0..<bytes.count {
            let byte = bytes[index]
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""):
                if isInItems, depth == 2 { return .malformed }
                isInString = true
                if depth == 1 { key = envelope.count + index - start }
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                if isInItems, depth == 2 {
                    guard isSeparated else { return .malformed }
                    (isSeparated, hasItems) = (false, true)
                    start = index
                } else if depth == 1, byte == UInt8(ascii: "[") {
                    envelope += [UInt8](copying: bytes.extracting(start...index))
                    start = index + 1
                    isInItems = isItems
                }
                depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                guard depth >= 0 else { return .malformed }
                if isInItems, depth == 2 {
                    if item.isEmpty {
                        try lend(bytes.extracting(start...index))
                    } else {
                        item += [UInt8](copying: bytes.extracting(start...index))
                        try lend(item.span)
                        item.removeAll(keepingCapacity: true)
                    }
                    start = index + 1
                } else if isInItems, depth == 1 {
                    guard !isSeparated || !hasItems else { return .malformed }
                    isInItems = false
                    start = index
                }
            case UInt8(ascii: ",") where isInItems && depth == 2:
                guard !isSeparated else { return .malformed }
                isSeparated = true
                start = index + 1
            case 0x20, 0x0a, 0x0d, 0x09: continue
            default:
                if isInItems, depth == 2 { return .malformed }
            }
        }
        return keep(bytes.extracting(start..<bytes.count))
    }

    /// Keeps what is not complete.
    private mutating func keep(_ rest: Span<UInt8>) -> ItemsBroken? {
        if isInItems, depth == 2 { return nil }  // white space between items
        let count = isInItems ? item.count : envelope.count
        guard count + rest.count <= Self.longest else { return .tooLong }
        if isInItems {
            item += [UInt8](copying: rest)
        } else {
            envelope += [UInt8](copying: rest)
        }
        return nil
    }

    /// Whether the last string at the top is `"items"`.
    private var isItems: Bool {
        envelope.dropFirst(key).starts(with: Array("\"items\"".utf8))
    }
}

/// Why a list cannot be cut into items.
package enum ItemsBroken: Hashable, Sendable {
    /// The brackets or commas are not those of a list.
    case malformed
    /// An item, or the envelope, is longer than ``ItemSplitter/longest``.
    case tooLong
}
