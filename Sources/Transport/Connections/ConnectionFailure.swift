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
        /// The peer did not come to the end of a frame within this time.
        case tooSlow(Duration)
        /// The peer did not acknowledge our settings within this time.
        case unacknowledged(Duration)
        /// The peer is not who it should be, or TLS with it failed.
        case insecure(TLSError)
        /// The peer speaks TLS, and this side does not.
        case speaksTLS
        /// The server answered in text, as one does that knows only HTTP/1.1; its first line.
        case speaksText(String)
        /// More than this many were connected, and this was the first that had not said anything.
        case crowdedOut(limit: Int)
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
        /// The server has as many connections as it wants.
        case tooManyConnections(limit: Int)
        /// The server has as many connections with this peer as it wants.
        case tooManyOfPeer(limit: Int)
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
        case .tooSlow(let time): "no whole frame within \(time)"
        case .unacknowledged(let time): "our settings were not acknowledged within \(time)"
        case .insecure(let error): "\(error)"
        case .speaksTLS: "the peer speaks TLS, this side plain text"
        case .speaksText(let line):
            "the peer does not speak HTTP/2; it said \(line.debugDescription)"
        case .crowdedOut(let limit): "no word from it when there were \(limit) connections"
        case .violated(let error): "the peer broke HTTP/2: \(error)"
        case .givenUp(let code, let debug):
            "the peer gave up with \(code)" + (debug.isEmpty ? "" : " \(debug.debugDescription)")
        case .closedByPeer: "the peer closed the connection"
        case .closed: "this side closed the connection"
        case .tooManyWaiting(let limit): "more than \(limit) calls are waiting"
        case .tooManyConnections(let limit): "there are \(limit) connections already"
        case .tooManyOfPeer(let limit): "the peer has \(limit) connections already"
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

extension ConnectionFailure.Reason {
    /// Whether the peer should get to read what we say of it, an alert or a GOAWAY.
    var deservesAnswer: Bool {
        switch self {
        case .violated: true
        case .insecure(let error): !error.isTimeout
        default: false
        }
    }
}

extension TLSError {
    fileprivate var isTimeout: Bool {
        if case .timedOut = self { true } else { false }
    }
}
