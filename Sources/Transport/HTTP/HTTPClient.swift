// SPDX-License-Identifier: Apache-2.0

public import Connections
import HPACK
import NIOCore
import NIOPosix

/// A client of one HTTP/2 server; any number of requests share one connection.
///
/// Nothing is connected until the first request.
public final class HTTPClient: Sendable {
    /// The server.
    public let endpoint: Endpoint

    private let dialer: Dialer
    private let scheme: String
    private let authority: String

    /// Requests made again because the server refused them unseen, at most, for each request.
    private static let retries = 2

    /// A client of the server at `endpoint`; `authority` is what it calls itself, `host:port`.
    public init(_ endpoint: Endpoint, authority: String, options: DialOptions, isSecure: Bool) {
        self.endpoint = endpoint
        self.authority = authority
        scheme = isSecure ? "https" : "http"
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        dialer = Dialer(endpoint, options: options, on: loop)
    }

    /// Sends a request and waits for the whole response.
    ///
    /// `deadline` covers everything, connecting included. A cancelled task cancels the request.
    ///
    /// - Throws: ``HTTPFailure``, also when the body is longer than `limit`.
    public func send(
        _ request: HTTPRequest,
        deadline: Duration,
        limit: Int
    ) async throws(HTTPFailure) -> HTTPResponse {
        let exchange = try await answered(request, deadline: deadline, coversBody: true)
        let head = try await exchange.head()
        var body: [UInt8] = []
        while let piece = try await exchange.piece() {
            guard body.count + piece.count <= limit else {
                exchange.fail(.tooLarge(limit: limit))
                throw .tooLarge(limit: limit)
            }
            body += piece
        }
        return HTTPResponse(head: head, body: body)
    }

    /// Sends a request and waits for the head of its response; the body comes as it is taken.
    ///
    /// - Throws: ``HTTPFailure``; ``HTTPFailure/timedOut(_:)`` when there is no head by `deadline`.
    public func stream(
        _ request: HTTPRequest,
        deadline: Duration
    ) async throws(HTTPFailure) -> HTTPBody {
        let exchange = try await answered(request, deadline: deadline, coversBody: false)
        return HTTPBody(head: try await exchange.head(), exchange, of: self)
    }

    /// Ends all requests, closes the connection and returns when it is gone.
    public func close() async {
        await dialer.close()
    }

    /// The exchange once its head is there.
    private func answered(
        _ request: HTTPRequest,
        deadline: Duration,
        coversBody: Bool
    ) async throws(HTTPFailure) -> HTTPExchange {
        let end = ContinuousClock.now + deadline
        var retries = Self.retries
        while true {
            let exchange = HTTPExchange(
                headers: fields(of: request),
                body: request.body,
                patience: end - .now
            )
            dialer.open(exchange)
            do throws(HTTPFailure) {
                _ = try await exchange.head()
                if !coversBody { exchange.relax() }
                return exchange
            } catch {
                guard exchange.wasUnseen, retries > 0 else { throw error }
                retries -= 1
            }
        }
    }

    private func fields(of request: HTTPRequest) -> [HeaderField] {
        [
            HeaderField(":method", request.method), HeaderField(":scheme", scheme),
            HeaderField(":authority", authority), HeaderField(":path", request.path),
        ] + request.headers
    }
}

/// A response whose body is read piece by piece; dropping it ends the request.
public final class HTTPBody: Sendable {
    /// Status and fields.
    public let head: HTTPHead

    private let exchange: HTTPExchange

    /// Kept, because its connection goes with it.
    private let client: HTTPClient

    init(head: HTTPHead, _ exchange: HTTPExchange, of client: HTTPClient) {
        self.head = head
        self.exchange = exchange
        self.client = client
    }

    deinit {
        exchange.fail(.cancelled)
    }

    /// The next piece, nil at the end; one task reads, and its cancellation ends the request.
    ///
    /// - Throws: ``HTTPFailure``.
    public func next() async throws(HTTPFailure) -> [UInt8]? {
        try await exchange.piece()
    }

    /// Ends the request; whoever reads gets ``HTTPFailure/timedOut(_:)``.
    public func expire(after silence: Duration) {
        exchange.fail(.timedOut(silence))
    }
}
