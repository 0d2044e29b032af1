// SPDX-License-Identifier: Apache-2.0

public import Connections
public import Gzip
public import HTTP2
import TLS

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
    /// The body says that it is gzip, and cannot be inflated.
    case compression(GzipError)
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
        case .compression(let error): "the answer \(error)"
        case .cancelled: "the request was cancelled"
        }
    }
}

extension ConnectionFailure.Reason {
    /// Whether a connection that ended so had not carried a request yet, whatever was meant for it.
    ///
    /// TLS holds back what is written until the handshake is over. What can go wrong on an open
    /// connection as well does not count.
    var precedesRequests: Bool {
        guard case .insecure(let error) = self else { return false }
        return switch error {
        case .truncated, .other, .renegotiation, .refusedByPeer: false
        default: true
        }
    }

    /// Whether the server is better looked for elsewhere.
    var speaksAgainstPlace: Bool {
        switch self {
        case .insecure, .noHandshake, .speaksText, .speaksTLS: true
        default: false
        }
    }
}

extension HTTPFailure {
    /// Whether the next request is better sent to another place.
    var speaksAgainstPlace: Bool {
        guard case .connection(let failure) = self else { return false }
        return failure.reason.speaksAgainstPlace
    }
}
