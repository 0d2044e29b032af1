// SPDX-License-Identifier: Apache-2.0

public import HTTP2
public import Kernel
public import TLS

/// Why there is no connection, or no longer one, and to whom.
public struct ConnectionFailure: Error, Hashable, Sendable {
    /// What happened.
    public enum Reason: Hashable, Sendable {
        /// The kernel refused a call, for example `connect` with `ENOENT`.
        case refused(call: String, Errno)
        /// The host's name has no address.
        case unresolved
        /// No connection was made within this time.
        case connectTimedOut(Duration)
        /// The peer answered neither frames nor pings for this time.
        case silent(Duration)
        /// The peer did not speak HTTP/2 within this time.
        case noHandshake(Duration)
        /// The peer is not who it should be, or TLS with it failed.
        case insecure(TLSError)
        /// The peer broke a rule of HTTP/2.
        case violated(ConnectionError)
        /// The peer gave the connection up with a code other than `NO_ERROR`.
        case givenUp(ErrorCode, debug: String)
        /// The peer closed the connection.
        case closedByPeer
        /// This side closed the connection.
        case closed
        /// More calls wait for a connection or a stream than the limit.
        case tooManyWaiting(limit: Int)
        /// Something below, in its own words.
        case other(String)
    }

    /// The server, or the address a listener was to have.
    public let endpoint: Endpoint

    /// What happened.
    public let reason: Reason

    /// A failure at `endpoint`.
    public init(_ endpoint: Endpoint, _ reason: Reason) {
        self.endpoint = endpoint
        self.reason = reason
    }
}

extension ConnectionFailure: CustomStringConvertible {
    /// One clause for an error message, the endpoint first.
    public var description: String { "\(endpoint): \(reason)" }
}

extension ConnectionFailure.Reason: CustomStringConvertible {
    /// One clause for an error message.
    public var description: String {
        switch self {
        case .refused(let call, let errno): "\(call): \(errno)"
        case .unresolved: "the host's name has no address"
        case .connectTimedOut(let time): "no connection within \(time)"
        case .silent(let time): "no sign of life for \(time)"
        case .noHandshake(let time): "no HTTP/2 within \(time)"
        case .insecure(let error): "\(error)"
        case .violated(let error): "the peer broke HTTP/2: \(error)"
        case .givenUp(let code, let debug):
            "the peer gave up with \(code)" + (debug.isEmpty ? "" : " \(debug.debugDescription)")
        case .closedByPeer: "the peer closed the connection"
        case .closed: "this side closed the connection"
        case .tooManyWaiting(let limit): "more than \(limit) calls are waiting"
        case .other(let text): text
        }
    }
}

extension ConnectionFailure {
    /// What a failing system call means for a connection.
    init(_ endpoint: Endpoint, _ error: KernelError, waited: Duration) {
        self.endpoint = endpoint
        reason =
            switch error {
            case .refused(let call, _, let errno): .refused(call: call, errno)
            case .deadlineExceeded: .connectTimedOut(waited)
            case .tooLarge, .zeroByte, .malformed: .other(error.description)
            }
    }
}
