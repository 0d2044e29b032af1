// SPDX-License-Identifier: Apache-2.0

public import Connections
public import HTTP2

/// Why there is no response, or not all of it.
public enum HTTPFailure: Error, Equatable, Sendable {
    /// There is no connection, or it was lost.
    case connection(ConnectionFailure)
    /// The server gave the stream up.
    case reset(ErrorCode)
    /// The request cannot be sent.
    case refused(RequestError)
    /// The response took longer than this.
    case timedOut(Duration)
    /// The body has more bytes than the caller accepts.
    case tooLarge(limit: Int)
    /// The task that waited was cancelled.
    case cancelled
}

extension HTTPFailure: CustomStringConvertible {
    /// One clause for an error message.
    public var description: String {
        switch self {
        case .connection(let failure): "\(failure)"
        case .reset(let code): "the server gave the request up with \(code)"
        case .refused(let error): "the request cannot be sent: \(error)"
        case .timedOut(let time): "no answer within \(time)"
        case .tooLarge(let limit): "the answer is longer than \(limit) bytes"
        case .cancelled: "the request was cancelled"
        }
    }
}
