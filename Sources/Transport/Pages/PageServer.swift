// SPDX-License-Identifier: Apache-2.0

public import Connections
import NIOCore
import NIOHTTP1
import NIOPosix

/// Serves pages over HTTP/1.1, each made when somebody asks for it.
///
/// A connection has one request, of at most 64 KiB, and not much time for it; there are at most 32
/// at once, and further ones are closed. What follows a request is not looked at.
public final class PageServer: Sendable {
    /// What a path is answered with.
    public struct Page: Hashable, Sendable {
        /// The media type.
        public let contentType: String
        /// The document.
        public let text: String

        /// A document of a type.
        public init(contentType: String = "text/plain; charset=utf-8", text: String) {
            self.contentType = contentType
            self.text = text
        }
    }

    /// Makes a page; called on an event loop, so it must not wait.
    public typealias Maker = @Sendable () -> Page

    /// Connections at once.
    static let connectionLimit = 32
    /// Bytes of a request.
    static let requestLimit = 64 << 10

    /// Where it listens, with the port that the kernel chose if it was to.
    public let endpoint: Endpoint

    private let channel: any Channel
    private let guests: Guests

    private init(_ endpoint: Endpoint, _ channel: any Channel, _ guests: Guests) {
        self.endpoint = endpoint
        self.channel = channel
        self.guests = guests
    }

    /// Listens at `host:port`, and serves until ``close()``.
    ///
    /// `pages` are by their path, such as `/metrics`. A connection is closed after `patience`.
    ///
    /// - Throws: ``Connections/ConnectionFailure``, with `EADDRINUSE` when somebody listens there.
    public static func listen(
        host: String,
        port: UInt16,
        pages: [String: Maker],
        patience: Duration = .seconds(10)
    ) async throws(ConnectionFailure) -> PageServer {
        let guests = Guests()
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard guests.admit(channel) else { throw Crowd() }
                    try prepare(channel, pages, patience)
                }
            }
        do {
            let channel = try await bootstrap.bind(host: host, port: Int(port)).get()
            let chosen = channel.localAddress?.port.flatMap { UInt16(exactly: $0) } ?? port
            return PageServer(.tcp(host: host, port: chosen), channel, guests)
        } catch {
            throw ConnectionFailure(.tcp(host: host, port: port), error, during: "bind")
        }
    }

    /// Listens no more and closes what is connected.
    public func close() async {
        channel.close(promise: nil)
        do {
            try await channel.closeFuture.get()
        } catch {
            return  // never: what a channel's end is told by does not fail
        }
        await guests.close()
    }

    private static func prepare(
        _ channel: any Channel,
        _ pages: [String: Maker],
        _ patience: Duration
    ) throws {
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(RequestLimit(bytes: requestLimit))
        try pipeline.configureHTTPServerPipeline(
            withPipeliningAssistance: false,
            withErrorHandling: true
        )
        try pipeline.addHandler(PageHandler(pages, patience: TimeAmount(patience)))
    }
}

/// Why a connection is closed before it began.
private struct Crowd: Error {}
