// SPDX-License-Identifier: Apache-2.0

/// Why our own side cannot send what it wants to; the connection goes on as it was.
public enum RequestError: Error, Equatable, Sendable {
    /// One end has announced that it takes no more streams: use another connection.
    case goingAway

    /// The peer allows no more streams at a time: wait until one ends.
    case tooManyStreams(limit: Int)

    /// All 2^30 stream numbers are used up: use another connection.
    case exhaustedIDs

    /// The connection has failed.
    case closed

    /// The stream has ended, was reset, or was never opened.
    case streamClosed(StreamID)

    /// Data or trailers before the headers, or anything after the end.
    case outOfOrder(StreamID)

    /// The peer announced that it takes no header list of this size.
    case headersTooLarge(size: Int, limit: Int)

    /// The peer would have to treat these fields as malformed.
    case malformed(Malformation)
}

extension RequestError: CustomStringConvertible {
    /// One clause for an error message.
    public var description: String {
        switch self {
        case .goingAway: "the connection takes no new streams"
        case .tooManyStreams(let limit): "the peer allows \(limit) streams at a time"
        case .exhaustedIDs: "the connection has used up its stream numbers"
        case .closed: "the connection has failed"
        case .streamClosed(let id): "\(id) is closed"
        case .outOfOrder(let id): "\(id) cannot send this now"
        case .headersTooLarge(let size, let limit):
            "header list of \(size) octets exceeds the peer's limit of \(limit)"
        case .malformed(let malformation): "malformed headers: \(malformation)"
        }
    }
}
