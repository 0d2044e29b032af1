// SPDX-License-Identifier: Apache-2.0

public import Kernel
public import NIOCore
public import TLS
import HTTP2
import NIOPosix
import Synchronization

/// Whom a server lets in, and how many.
public struct ListenOptions: Sendable {
    /// The user a process on a Unix socket must run as, nil for any that the file's mode lets in.
    public var peerUser: UInt32?
    /// Connections at a time; one above takes the place of the first that has not spoken HTTP/2
    /// yet, and is closed at once when all have.
    public var connections = 256
    /// Of these, how many one peer may have: an IP address, or on a Unix socket a user.
    public var connectionsPerPeer = 128
    /// Streams at a time on each connection.
    public var streams: UInt32 = 256
    /// How long a connection may be quiet.
    public var keepAlive = KeepAlivePolicy.server
    /// Speaks TLS with this certificate; nil for plain bytes.
    public var tls: TLSServerContext?
    /// Told of each connection that ends before it speaks HTTP/2, or because of TLS, and why.
    ///
    /// Called on the connection's event loop.
    public var onRefusal: (@Sendable (ConnectionFailure, Caller) -> Void)?

    /// The network namespace to listen in, by its path, nil for our own; for TCP, which then is on
    /// 127.0.0.1 whatever the host says.
    public var namespace: String?

    /// The defaults.
    public init() {}
}

/// Who opened a connection.
public struct Caller: Hashable, Sendable {
    /// The process at the other end of a Unix socket.
    public let credentials: PeerCredentials?
    /// The address at the other end of a TCP connection.
    public let address: String?
    /// The same without the port.
    let host: String?
    /// Whom the certificate names that the client has proven to own, over TLS.
    public let identity: TLSIdentity?
}

/// A socket that accepts connections and the streams on them.
public final class Listener: Sendable {
    /// Makes the receiver of a stream, on its connection's event loop.
    public typealias Acceptor = @Sendable (StreamHandle, Caller) -> any StreamReceiver

    /// Where it listens, with the port that the kernel chose if it was asked to.
    public let endpoint: Endpoint

    private let channel: any NIOCore.Channel
    private let file: FileIdentity?
    private let guests: Guests

    private init(
        _ endpoint: Endpoint,
        _ channel: any NIOCore.Channel,
        _ file: FileIdentity?,
        _ guests: Guests
    ) {
        self.endpoint = endpoint
        self.channel = channel
        self.file = file
        self.guests = guests
    }

    /// Listens; a Unix socket's file has mode 0600, and replaces one that nobody answers on.
    ///
    /// - Throws: ``ConnectionFailure``, with `EADDRINUSE` when somebody listens there.
    public static func bind(
        _ endpoint: Endpoint,
        options: ListenOptions = ListenOptions(),
        group: any EventLoopGroup,
        accept: @escaping Acceptor
    ) async throws(ConnectionFailure) -> Listener {
        let guests = Guests(endpoint, options, accept)
        let bootstrap = ServerBootstrap(group: group)
            .childChannelOption(.writeBufferWaterMark, value: Self.waterMark)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try guests.admit(channel) }
            }
        do {
            switch endpoint {
            case .unix(let path):
                let socket = try UnixListener(listeningAt: path)
                let file = socket.file
                let channel = try await bootstrap.withBoundSocket(socket.release()).get()
                return Listener(endpoint, channel, file, guests)
            case .tcp(let host, let port) where options.namespace != nil:
                let socket = try listen(inside: options.namespace ?? "", port)
                let chosen = Endpoint.tcp(host: host, port: socket.port)
                let channel = try await bootstrap.withBoundSocket(socket.release()).get()
                return Listener(chosen, channel, nil, guests)
            case .tcp(let host, let port):
                let channel =
                    try await bootstrap
                    .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                    .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
                    .bind(host: host, port: Int(port)).get()
                let chosen = channel.localAddress?.port.flatMap { UInt16(exactly: $0) } ?? port
                return Listener(.tcp(host: host, port: chosen), channel, nil, guests)
            }
        } catch let error as KernelError {
            throw ConnectionFailure(endpoint, error, waited: .zero)
        } catch {
            throw ConnectionFailure(endpoint, error, during: "bind")
        }
    }

    /// Bytes that wait for the kernel: above the one a writer waits, below the other it goes on,
    /// while the kernel still has some to send.
    private static let waterMark = ChannelOptions.Types.WriteBufferWaterMark(
        low: 1 << 17,
        high: 1 << 18
    )

    private static func listen(inside path: String, _ port: UInt16) throws -> TCPListener {
        try NetworkNamespace(path: path).run { () throws(KernelError) in
            try TCPListener(loopbackPort: port)
        }.get()
    }

    /// Stops accepting, removes the socket's file, and tells every client to go elsewhere.
    public func shutDown() {
        channel.close(promise: nil)
        if let file, case .unix(let path) = endpoint {
            do {
                try UnixListener.remove(path, ifStill: file)
            } catch {
                // A file that stays is taken for stale by the next server.
            }
        }
        guests.shutDown()
    }

    /// Waits until the last connection is gone, after ``shutDown()``; those that are still there
    /// after `grace` are closed.
    public func drained(grace: Duration) async {
        let timer = channel.eventLoop.scheduleTask(in: TimeAmount(grace)) { self.guests.close() }
        await guests.gone()
        timer.cancel()
    }
}
