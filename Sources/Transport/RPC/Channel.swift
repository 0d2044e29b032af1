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
    /// When calls are no longer made again because too many fail; nil for never.
    public var retryThrottling: RetryThrottling?
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

    /// Where tasks that do little but call may live, see `withTaskExecutorPreference`.
    ///
    /// On the thread of the connection's event loop, which spares two changes of thread a call.
    public let executor: LoopExecutor

    private let dialer: Dialer
    private let options: ChannelOptions
    private let authority: String
    private let throttle: RetryThrottle?

    /// A client of the server at `endpoint`, on one event loop of `group`.
    public init(
        _ endpoint: Endpoint,
        options: ChannelOptions = ChannelOptions(),
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) {
        self.endpoint = endpoint
        self.options = options
        let loop = group.next()
        executor = LoopExecutor(loop)
        dialer = Dialer(endpoint, options: options.dial, on: loop)
        authority = options.authority ?? endpoint.authority
        throttle = options.retryThrottling.map { RetryThrottle($0) }
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
        let options = CallOptions(metadata: metadata)
        return try await unary(method, request, deadline: deadline, options: options)
    }

    /// Makes a call with one answer, see ``unary(_:_:deadline:metadata:)``.
    public func unary<Q, R>(
        _ method: Method<Q, R>,
        _ request: Q,
        deadline: Duration,
        options: CallOptions
    ) async throws(Status) -> R {
        let body = try request.framed(limit: self.options.messageLimit, options.compression)
        let end = NIODeadline.now() + TimeAmount(deadline)
        var timeout = deadline
        var retries = Retries(options.retry, throttle)
        while true {
            let call = call(method.path, body, timeout, options, .unary, retries.failed)
            await call.wait(for: .end)
            switch call.answer {
            case .success(let message):
                retries.succeeded()
                return try R(received: message, limit: self.options.messageLimit)
            case .failure(let status):
                try await retries.wait(after: call.outcome(status), until: end)
                timeout = .nanoseconds((end - .now()).nanoseconds)
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
        let options = CallOptions(metadata: metadata)
        return try await serverStreaming(method, request, deadline: deadline, options: options)
    }

    /// Makes a call with any number of answers, see
    /// ``serverStreaming(_:_:deadline:metadata:)``.
    public func serverStreaming<Q, R>(
        _ method: Method<Q, R>,
        _ request: Q,
        deadline: Duration? = nil,
        options: CallOptions
    ) async throws(Status) -> ResponseStream<R> {
        let body = try request.framed(limit: self.options.messageLimit, options.compression)
        let attempts = Attempts(
            Retries(options.retry, throttle),
            until: deadline.map { NIODeadline.now() + TimeAmount($0) }
        ) { [self] in
            call(method.path, body, $0, options, .serverStreaming, $1)
        }
        return ResponseStream(attempts)
    }

    /// Ends all calls, closes the connection and returns when it is gone.
    public func close() async {
        await dialer.close()
    }

    /// Starts a call that sends `body`, or streams its request when that is nil.
    func call(
        _ path: String,
        _ body: [UInt8]?,
        _ timeout: Duration?,
        _ wishes: CallOptions,
        _ shape: CallShape,
        _ previousAttempts: Int = 0
    ) -> OutgoingCall {
        var request = ClientCall.Request(
            path: path,
            authority: authority,
            scheme: options.dial.tls == nil ? "http" : "https",
            timeout: timeout,
            userAgent: options.userAgent,
            metadata: wishes.metadata
        )
        request.previousAttempts = previousAttempts
        request.acceptsEncodings = true
        request.encoding = wishes.compression.map { _ in .gzip }
        let call = OutgoingCall(
            request,
            body: body,
            shape: shape,
            limit: options.messageLimit,
            options: wishes
        )
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
