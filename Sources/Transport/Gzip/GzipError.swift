// SPDX-License-Identifier: Apache-2.0

/// Why bytes were not inflated.
public enum GzipError: Error, Equatable, Sendable {
    /// They hold more than so many bytes: a gzip bomb, or a limit that is too low.
    case tooLarge(limit: Int)
    /// They are no gzip file, or a broken one; in zlib's words.
    case malformed(String)
    /// They end before the file does.
    case truncated
    /// zlib has no memory.
    case outOfMemory
}

extension GzipError: CustomStringConvertible {
    /// One clause for an error message.
    public var description: String {
        switch self {
        case .tooLarge(let limit): "inflates to more than the limit of \(limit) bytes"
        case .malformed(let words): "no gzip: \(words)"
        case .truncated: "gzip that was cut short"
        case .outOfMemory: "zlib has no memory"
        }
    }
}
