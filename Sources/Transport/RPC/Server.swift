// SPDX-License-Identifier: Apache-2.0

public import Connections
import GRPC
public import NIOCore
public import NIOPosix
import Synchronization

/// What a server allows its callers.
public struct ServerOptions: Sendable {
    /// Who may connect, and how often.
    public var listen = ListenOptions()
    /// The largest message, received or sent, in bytes.
    public var messageLimit = Framing.defaultLimit
    /// Bytes of requests that may be in memory at a time, complete or not; above it calls are
    /// refused with `RESOURCE_EXHAUSTED`.
    ///
    /// Compressed messages count as they came and once more as what they unfold to.
    public var requestBytes = 64 << 20
    /// Of these, how many one connection may have in memory.
    public var connectionRequestBytes = 32 << 20
    /// When answers are compressed for callers that can undo it.
    ///
    /// Nil by default: on one machine it costs more than it gains.
    public var compression: Compression?
    /// Whether methods may block the thread they run on.
    ///
    /// They then run on the threads that Swift shares among all tasks. False by default: a method
    /// runs on the event loop of its caller's connection, which spares two changes of thread a
    /// call; what it calls may wait with `await` for as long as it likes.
    public var methodsBlock = false
    /// How long callers may take to go away when the server shuts down.
    public var grace = Duration.seconds(5)

    /// The defaults.
    public init() {}
}

/// A gRPC server on one socket.
///
///     let server = try await Server.bind(.unix(path: path), services)
///     await server.run()
///
/// From ``bind(_:_:options:group:)`` on, connections are accepted and calls wait for ``run()``.
public final class Server: Sendable {
    /// Where it listens, with the port that the kernel chose if it was asked to.
    public var endpoint: Endpoint { listener.endpoint }

    private let listener: Listener
    private let router: Router
    private let lanes: [Lane]
    private let grace: Duration

    private init(_ listener: Listener, _ router: Router, _ lanes: [Lane], grace: Duration) {
        self.listener = listener
        self.router = router
        self.lanes = lanes
        self.grace = grace
    }

    /// Listens at `endpoint`; must be followed by ``run()``.
    ///
    /// - Throws: ``Connections/ConnectionFailure``, with `EADDRINUSE` when somebody listens there.
    public static func bind(
        _ endpoint: Endpoint,
        _ services: Services,
        options: ServerOptions = ServerOptions(),
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) async throws(ConnectionFailure) -> Server {
        let lanes = group.makeIterator().map { Lane($0, methodsBlock: options.methodsBlock) }
        let router = Router(services, options, lanes)
        let listener = try await Listener.bind(
            endpoint,
            options: options.listen,
            group: group,
            accept: { IncomingCall($0, $1, router) }
        )
        return Server(listener, router, lanes, grace: options.grace)
    }

    /// Listens at `endpoint` and serves until the surrounding task is cancelled.
    ///
    /// `onListening` is called once, with the address that the kernel chose.
    ///
    /// - Throws: ``Connections/ConnectionFailure`` when it cannot listen.
    public static func run(
        _ services: Services,
        on endpoint: Endpoint,
        options: ServerOptions = ServerOptions(),
        onListening: @Sendable (Endpoint) -> Void = { _ in }
    ) async throws(ConnectionFailure) {
        let server = try await bind(endpoint, services, options: options)
        onListening(server.endpoint)
        await server.run()
    }

    /// Serves calls until ``shutDown()``, or until the surrounding task is cancelled, which cancels
    /// the calls too; returns when their answers are out and every connection is closed.
    public func run() async {
        await withTaskCancellationHandler {
            await withDiscardingTaskGroup { group in
                for lane in lanes {
                    group.addTask(executorPreference: lane.executor) { await lane.serve() }
                }
            }
        } onCancel: {
            shutDown()
        }
        shutDown()
        await listener.drained(grace: grace)
    }

    /// Accepts nothing more and lets the calls that are there finish.
    public func shutDown() {
        router.stop()
        listener.shutDown()
    }
}
