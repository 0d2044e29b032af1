// SPDX-License-Identifier: Apache-2.0

/// What the peer did that ends the connection (RFC 9113 § 5.4.1).
public struct ConnectionError: Error, Hashable, Sendable {
    /// The code that the GOAWAY frame carries.
    public let code: ErrorCode

    /// One clause for a log.
    public let reason: String

    init(_ code: ErrorCode, _ reason: String) {
        self.code = code
        self.reason = reason
    }
}

extension ConnectionError: CustomStringConvertible {
    /// The reason with the code after it.
    public var description: String { "\(reason) (\(code))" }
}

/// What the peer did: the innermost scope that has to end for it.
enum Violation: Error, Equatable {
    /// The connection cannot go on.
    case connection(ConnectionError)

    /// Only this stream is lost (RFC 9113 § 5.4.2).
    case stream(StreamID, ErrorCode)

    static func connection(_ code: ErrorCode, _ reason: String) -> Violation {
        .connection(ConnectionError(code, reason))
    }
}
