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
    public var requestBytes = 64 << 20
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
    private let jobs: AsyncStream<Job>
    private let grace: Duration

    private init(
        _ listener: Listener,
        _ router: Router,
        _ jobs: AsyncStream<Job>,
        grace: Duration
    ) {
        self.listener = listener
        self.router = router
        self.jobs = jobs
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
        // Each call waits in here once, and the listener bounds connections and calls on each.
        let (jobs, queue) = AsyncStream.makeStream(of: Job.self, bufferingPolicy: .unbounded)
        let router = Router(services, options, queue)
        let listener = try await Listener.bind(
            endpoint,
            options: options.listen,
            group: group,
            accept: { IncomingCall($0, $1, router) }
        )
        return Server(listener, router, jobs, grace: options.grace)
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
                for await job in jobs {
                    group.addTask { await job.serve() }
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

/// From a connection's event loop to the task that serves.
final class Router: Sendable {
    let services: Services
    let messageLimit: Int

    private let queue: AsyncStream<Job>.Continuation
    private let byteLimit: Int
    private let heldBytes = Atomic(0)

    init(
        _ services: Services,
        _ options: ServerOptions,
        _ queue: AsyncStream<Job>.Continuation
    ) {
        self.services = services
        messageLimit = options.messageLimit
        byteLimit = options.requestBytes
        self.queue = queue
    }

    /// Counts bytes of a request; false when they are more than the server wants to hold.
    func hold(_ count: Int) -> Bool {
        heldBytes.add(count, ordering: .relaxed).newValue <= byteLimit
    }

    /// Counts bytes of a request that are no longer held.
    func release(_ count: Int) {
        heldBytes.subtract(count, ordering: .relaxed)
    }

    /// Hands a job over; false when the server takes no more.
    func dispatch(_ job: Job) -> Bool {
        if case .terminated = queue.yield(job) { false } else { true }
    }

    func stop() {
        queue.finish()
    }
}
