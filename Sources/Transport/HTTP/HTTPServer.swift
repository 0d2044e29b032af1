// SPDX-License-Identifier: Apache-2.0

public import Connections
public import NIOCore
public import NIOPosix
import Synchronization

/// An HTTP/2 server on any number of sockets, with one handler for all requests.
///
///     let server = HTTPServer { request, reply in reply.send(404) }
///     let endpoint = try await server.listen(at: .tcp(host: "127.0.0.1", port: 0))
///     await server.run()
///
/// From ``listen(at:options:group:)`` on, connections are accepted and requests wait for ``run()``.
/// A handler that returns without an answer has answered 500; its task is cancelled when the client
/// has gone. CONNECT is answered 501 without asking a handler.
public final class HTTPServer: Sendable {
    /// What answers a request.
    public typealias Handler = @Sendable (HTTPIncoming, HTTPReply) async -> Void

    private struct Job: Sendable {
        let request: HTTPIncoming
        let reply: ReplyStream
    }

    private let handler: Handler
    private let bodyLimit: Int
    private let grace: Duration
    private let queue: AsyncStream<Job>.Continuation
    private let jobs: AsyncStream<Job>
    private let listeners = Mutex<[Listener]>([])

    /// A server that keeps at most `bodyLimit` bytes of each request's body, and gives clients
    /// `grace` to go when it is shut down.
    public init(
        bodyLimit: Int = 3 << 20,
        grace: Duration = .seconds(2),
        handler: @escaping Handler
    ) {
        self.handler = handler
        self.bodyLimit = bodyLimit
        self.grace = grace
        // Each request waits in here once; the listeners bound connections and streams on each.
        (jobs, queue) = AsyncStream.makeStream(of: Job.self, bufferingPolicy: .unbounded)
    }

    /// Listens at one more endpoint; returns it with the port that the kernel chose.
    ///
    /// - Throws: ``Connections/ConnectionFailure``, with `EADDRINUSE` when somebody listens there.
    public func listen(
        at endpoint: Endpoint,
        options: ListenOptions = ListenOptions(),
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) async throws(ConnectionFailure) -> Endpoint {
        let listener = try await Listener.bind(
            endpoint,
            options: options,
            group: group,
            accept: { [bodyLimit, queue] stream, caller in
                ReplyStream(stream, caller, bodyLimit: bodyLimit) { request, reply in
                    let job = Job(request: request, reply: reply)
                    // Too late: nobody takes it.
                    if case .terminated = queue.yield(job) { reply.cut() }
                }
            }
        )
        listeners.withLock { $0.append(listener) }
        return listener.endpoint
    }

    /// Serves requests until ``shutDown()``, or until the surrounding task is cancelled, which
    /// cancels the handlers too; returns when every connection is closed.
    public func run() async {
        await withTaskCancellationHandler {
            await withDiscardingTaskGroup { group in
                for await job in jobs {
                    group.addTask { [handler] in await Self.serve(job, handler) }
                }
            }
        } onCancel: {
            shutDown()
        }
        shutDown()
        for listener in listeners.withLock({ $0 }) {
            await listener.drained(grace: grace)
        }
    }

    /// Accepts nothing more and lets the requests that are there finish.
    public func shutDown() {
        queue.finish()
        for listener in listeners.withLock({ $0 }) { listener.shutDown() }
    }

    private static func serve(_ job: Job, _ handler: @escaping Handler) async {
        if job.reply.isOver { return }
        await withDiscardingTaskGroup { group in
            group.addTask {
                await handler(job.request, HTTPReply(stream: job.reply))
                job.reply.close()
            }
            await job.reply.over()
            group.cancelAll()
        }
    }
}
