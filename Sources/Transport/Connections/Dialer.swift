// SPDX-License-Identifier: Apache-2.0

public import NIOCore
import NIOPosix
public import TLS

/// What a client wants of its connections.
public struct DialOptions: Sendable {
    /// Time to make a connection.
    public var connectTimeout = Duration.seconds(5)
    /// Pauses between attempts that fail.
    public var backoff = Backoff.standard
    /// How long the connection may be quiet.
    public var keepAlive = KeepAlivePolicy.client
    /// Calls that may wait for a connection, or for a stream the server does not allow yet.
    public var waitingCalls = 1024
    /// The server that TLS makes sure of; nil for a connection in plain text.
    public var tls: TLSPeer?

    /// The defaults.
    public init() {}
}

/// Whom a client speaks TLS with.
public struct TLSPeer: Sendable {
    /// Trusted authorities, our certificate, the protocols.
    public var context: TLSClientContext
    /// The DNS name or address that the server's certificate must have.
    public var name: String

    /// A server called `name`.
    public init(_ context: TLSClientContext, name: String) {
        self.context = context
        self.name = name
    }
}

/// Keeps at most one connection to a server, made when a call needs it.
///
/// ```
///        call               connected             lost, or the server goes away
/// idle ────────► connecting ─────────► connected ───────────────────────────────► idle
///   ▲                 │ failed
///   └── resting ◄─────┘   a call fails at once with the reason while the pause lasts,
///                         unless it waits for the server
/// ```
///
/// Everything happens on one event loop; the verbs may be called from anywhere.
public final class Dialer: Sendable {
    /// The server.
    public let endpoint: Endpoint

    private let eventLoop: any EventLoop
    private let core: NIOLoopBoundBox<DialerCore>

    /// A dialer that has not connected yet.
    public init(
        _ endpoint: Endpoint,
        options: DialOptions = DialOptions(),
        on eventLoop: any EventLoop
    ) {
        self.endpoint = endpoint
        self.eventLoop = eventLoop
        core = .makeBoxSendingValue(
            DialerCore(endpoint, options, eventLoop),
            eventLoop: eventLoop
        )
    }

    deinit {
        let core = core
        eventLoop.execute { core.value.close(then: nil) }
    }

    /// Opens a stream for `sender` as soon as there is a connection; see ``RequestSender``.
    public func open(_ sender: any RequestSender) {
        perform { $0.open(sender) }
    }

    /// Fails what waits and what is open, takes no more calls, and returns when the connection is
    /// gone.
    public func close() async {
        await withCheckedContinuation { continuation in
            perform { $0.close(then: continuation) }
        }
    }

    private func perform(_ body: @escaping @Sendable (DialerCore) -> Void) {
        if eventLoop.inEventLoop {
            body(core.value)
        } else {
            eventLoop.execute { body(self.core.value) }
        }
    }
}
