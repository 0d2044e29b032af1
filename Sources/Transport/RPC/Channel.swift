// SPDX-License-Identifier: Apache-2.0

public import Connections
public import GRPC
public import NIOCore
public import NIOPosix
import Protobuf

/// What a client wants of its calls.
public struct ChannelOptions: Sendable {
    /// How connections are made and kept.
    public var dial = DialOptions()
    /// The largest message, sent or received, in bytes.
    public var messageLimit = Framing.defaultLimit
    /// What the server is told about who is calling: name, slash, version.
    public var userAgent = "opi-xpu"
    /// The virtual host; nil for the endpoint's host, `localhost` on a Unix socket.
    public var authority: String?

    /// The defaults.
    public init() {}
}

/// A client of one server; any number of calls share one connection.
///
/// Nothing is connected until the first call. A call that cannot have a connection fails at once
/// with `UNAVAILABLE` and the reason.
public final class Channel: Sendable {
    /// The server.
    public let endpoint: Endpoint

    private let dialer: Dialer
    private let options: ChannelOptions
    private let authority: String

    /// Calls made again because the server refused them unseen, at most, for each call.
    private static let retries = 2

    /// A client of the server at `endpoint`, on one event loop of `group`.
    public init(
        _ endpoint: Endpoint,
        options: ChannelOptions = ChannelOptions(),
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) {
        self.endpoint = endpoint
        self.options = options
        dialer = Dialer(endpoint, options: options.dial, on: group.next())
        authority = options.authority ?? endpoint.authority
    }

    /// Makes a call with one answer.
    ///
    /// `deadline` covers everything, connecting included. A cancelled task cancels the call.
    ///
    /// - Throws: ``GRPC/Status``, the server's or one that says what went wrong on the way.
    public func unary<Q, R>(
        _ method: Method<Q, R>,
        _ request: Q,
        deadline: Duration,
        metadata: Metadata = Metadata()
    ) async throws(Status) -> R {
        let body = try request.framed(limit: options.messageLimit)
        let end = NIODeadline.now() + TimeAmount(deadline)
        var retries = Self.retries
        while true {
            let left = Duration.nanoseconds((end - .now()).nanoseconds)
            let timeout = retries == Self.retries ? deadline : left
            let call = call(method.path, body, timeout, metadata, .unary)
            await call.wait(for: .end)
            switch call.answer {
            case .success(let message):
                return try R(received: message)
            case .failure(let status):
                guard call.wasRefused, retries > 0 else { throw status }
                retries -= 1
            }
        }
    }

    /// Makes a call with any number of answers, which come as they are taken.
    ///
    /// Without a deadline the call lasts until either side ends it. It is cancelled when the stream
    /// and its iterator are dropped, or the task that reads it is cancelled.
    ///
    /// - Throws: ``GRPC/Status`` when the request is too large; all else is thrown by the stream.
    public func serverStreaming<Q, R>(
        _ method: Method<Q, R>,
        _ request: Q,
        deadline: Duration? = nil,
        metadata: Metadata = Metadata()
    ) async throws(Status) -> ResponseStream<R> {
        let body = try request.framed(limit: options.messageLimit)
        let call = call(method.path, body, deadline, metadata, .serverStreaming)
        return ResponseStream(call, over: self)
    }

    /// Ends all calls, closes the connection and returns when it is gone.
    public func close() async {
        await dialer.close()
    }

    private func call(
        _ path: String,
        _ body: [UInt8],
        _ timeout: Duration?,
        _ metadata: Metadata,
        _ shape: CallShape
    ) -> OutgoingCall {
        let request = ClientCall.Request(
            path: path,
            authority: authority,
            scheme: options.dial.tls == nil ? "http" : "https",
            timeout: timeout,
            userAgent: options.userAgent,
            metadata: metadata
        )
        let call = OutgoingCall(request, body: body, shape: shape, limit: options.messageLimit)
        dialer.open(call)
        return call
    }
}

extension Endpoint {
    /// What stands in `:authority`; servers refuse a socket's path there.
    fileprivate var authority: String {
        switch self {
        case .unix: "localhost"
        case .tcp: description
        }
    }
}
