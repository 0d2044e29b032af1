// SPDX-License-Identifier: Apache-2.0

/// How a call ended, as a number that every gRPC implementation understands.
///
/// A peer may send a number outside 0...16; it is kept as it came.
///
/// Source: gRPC doc/statuscodes.md.
public struct StatusCode: RawRepresentable, Hashable, Sendable {
    /// The number, 0 to 16 for the codes that have a name.
    public let rawValue: Int

    /// Wraps a number as the peer gave it.
    public init(rawValue: Int) {
        self.rawValue = rawValue
    }

    /// The call did what it was asked to.
    public static let ok = StatusCode(rawValue: 0)
    /// The caller gave up.
    public static let cancelled = StatusCode(rawValue: 1)
    /// The peer failed without saying how.
    public static let unknown = StatusCode(rawValue: 2)
    /// The request can never be right.
    public static let invalidArgument = StatusCode(rawValue: 3)
    /// The answer did not come in time.
    public static let deadlineExceeded = StatusCode(rawValue: 4)
    /// What the request names does not exist.
    public static let notFound = StatusCode(rawValue: 5)
    /// What the request would create exists.
    public static let alreadyExists = StatusCode(rawValue: 6)
    /// The caller is known and may not do this.
    public static let permissionDenied = StatusCode(rawValue: 7)
    /// A quota, a limit or room is used up.
    public static let resourceExhausted = StatusCode(rawValue: 8)
    /// The system must change before the same request can succeed.
    public static let failedPrecondition = StatusCode(rawValue: 9)
    /// A concurrent change got in the way; the caller may start over.
    public static let aborted = StatusCode(rawValue: 10)
    /// The request reaches past a valid range.
    public static let outOfRange = StatusCode(rawValue: 11)
    /// The server does not know the method.
    public static let unimplemented = StatusCode(rawValue: 12)
    /// Something that must hold does not.
    public static let internalError = StatusCode(rawValue: 13)
    /// The server cannot be reached now; the same request may succeed later.
    public static let unavailable = StatusCode(rawValue: 14)
    /// Data is lost for good.
    public static let dataLoss = StatusCode(rawValue: 15)
    /// The caller did not prove who it is.
    public static let unauthenticated = StatusCode(rawValue: 16)

    private static let names = [
        "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND",
        "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
        "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS",
        "UNAUTHENTICATED",
    ]
}

extension StatusCode: CustomStringConvertible {
    /// The code's published name, for example `DEADLINE_EXCEEDED`.
    public var description: String {
        Self.names.indices.contains(rawValue) ? Self.names[rawValue] : "STATUS_\(rawValue)"
    }
}
