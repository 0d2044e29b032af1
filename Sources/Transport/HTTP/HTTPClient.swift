// SPDX-License-Identifier: Apache-2.0

public import Connections
import HPACK
import NIOCore
import NIOPosix
import Synchronization

/// One of the places where a server is to be found.
public struct HTTPOrigin: Sendable {
    /// Where to connect.
    public var endpoint: Endpoint
    /// What the server calls itself, `host:port`.
    public var authority: String
    /// Whom TLS makes sure of there; nil for plain text.
    public var tls: TLSPeer?

    /// A place.
    public init(_ endpoint: Endpoint, authority: String, tls: TLSPeer? = nil) {
        self.endpoint = endpoint
        self.authority = authority
        self.tls = tls
    }
}

/// A client of one HTTP/2 server; any number of requests share one connection.
///
/// Nothing is connected until the first request. A server may be found at several places: when one
/// cannot be reached, requests that were not sent go to the next, and so do those that follow.
public final class HTTPClient: Sendable {
    private struct Place: Sendable {
        let dialer: Dialer
        let scheme: String
        let authority: String
    }

    private let places: [Place]

    /// The index of the place that requests go to.
    private let current = Mutex(0)

    /// Requests made again because the server refused them unseen, at most, for each request.
    private static let retries = 2

    /// A client of the server at `endpoint`; `authority` is what it calls itself, `host:port`.
    public convenience init(
        _ endpoint: Endpoint,
        authority: String,
        options: DialOptions,
        isSecure: Bool
    ) {
        let tls = isSecure ? options.tls : nil
        self.init([HTTPOrigin(endpoint, authority: authority, tls: tls)], options: options)
    }

    /// A client of the server that is to be found at `origins`, at least one, the best first.
    ///
    /// The TLS of `options` is not used, since each origin has its own.
    public init(_ origins: [HTTPOrigin], options: DialOptions) {
        precondition(!origins.isEmpty, "a server is somewhere")
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        places = origins.map { origin in
            var options = options
            options.tls = origin.tls
            return Place(
                dialer: Dialer(origin.endpoint, options: options, on: loop),
                scheme: origin.tls == nil ? "http" : "https",
                authority: origin.authority
            )
        }
    }

    /// The place that requests go to now.
    public var endpoint: Endpoint { places[current.withLock { $0 }].dialer.endpoint }

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

    /// Sends a request and waits for the head of its response; the body comes as it is taken, and
    /// inflated when the response says that it is gzip.
    ///
    /// - Throws: ``HTTPFailure``; ``HTTPFailure/timedOut(_:)`` when there is no head by `deadline`.
    public func stream(
        _ request: HTTPRequest,
        deadline: Duration
    ) async throws(HTTPFailure) -> HTTPBody {
        let exchange = try await answered(request, deadline: deadline, coversBody: false)
        return try HTTPBody(head: try await exchange.head(), exchange, of: self)
    }

    /// Ends all requests, closes the connections and returns when they are gone.
    public func close() async {
        for place in places { await place.dialer.close() }
    }

    /// The exchange once its head is there.
    private func answered(
        _ request: HTTPRequest,
        deadline: Duration,
        coversBody: Bool
    ) async throws(HTTPFailure) -> HTTPExchange {
        let end = ContinuousClock.now + deadline
        var retries = Self.retries
        var others = places.count - 1
        while true {
            let index = current.withLock { $0 }
            let exchange = HTTPExchange(
                headers: Self.fields(of: request, at: places[index]),
                body: request.body,
                patience: end - .now
            )
            places[index].dialer.open(exchange)
            do throws(HTTPFailure) {
                _ = try await exchange.head()
                if !coversBody { exchange.relax() }
                return exchange
            } catch {
                if error.speaksAgainstPlace || exchange.wasUnreachable { leave(index) }
                if exchange.wasUnreachable, others > 0 {
                    others -= 1
                } else if exchange.wasUnseen, retries > 0 {
                    retries -= 1
                } else {
                    throw error
                }
            }
        }
    }

    /// The next requests go to another place than this, unless they do already.
    private func leave(_ index: Int) {
        current.withLock { current in
            if current == index { current = (index + 1) % places.count }
        }
    }

    private static func fields(of request: HTTPRequest, at place: Place) -> [HeaderField] {
        [
            HeaderField(":method", request.method), HeaderField(":scheme", place.scheme),
            HeaderField(":authority", place.authority), HeaderField(":path", request.path),
        ] + request.headers
    }
}
