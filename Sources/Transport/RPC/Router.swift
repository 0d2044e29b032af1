// SPDX-License-Identifier: Apache-2.0

import Connections
import GRPC
import NIOCore
import Synchronization

/// From a connection's event loop to the task that serves.
final class Router: Sendable {
    let services: Services
    let messageLimit: Int
    let compression: Compression?

    private let queues: [ObjectIdentifier: AsyncStream<Job>.Continuation]
    private let byteLimit: Int
    private let connectionByteLimit: Int
    private let heldBytes = Atomic(0)

    init(_ services: Services, _ options: ServerOptions, _ lanes: [Lane]) {
        self.services = services
        messageLimit = options.messageLimit
        compression = options.compression
        byteLimit = options.requestBytes
        connectionByteLimit = options.connectionRequestBytes
        queues = Dictionary(uniqueKeysWithValues: lanes.map { ($0.loop, $0.queue) })
    }

    /// Counts bytes of a request.
    ///
    /// - Throws: `RESOURCE_EXHAUSTED` when they are more than the server wants to hold, in all
    ///   or of one connection; they are counted nevertheless.
    func hold(_ count: Int, _ tally: Tally) throws(Status) {
        let ofConnection = tally.add(count)
        let ofAll = heldBytes.add(count, ordering: .relaxed).newValue
        if ofConnection > connectionByteLimit {
            let words = "the server holds as many requests of the connection as it can"
            throw Status(.resourceExhausted, words)
        }
        if ofAll > byteLimit {
            throw Status(.resourceExhausted, "the server holds as many requests as it can")
        }
    }

    /// Counts bytes of a request that are no longer held.
    func release(_ count: Int, _ tally: Tally) {
        guard count > 0 else { return }
        tally.add(-count)
        heldBytes.subtract(count, ordering: .relaxed)
    }

    /// Hands a job over; false when the server takes no more.
    func dispatch(_ job: Job) -> Bool {
        guard let queue = queues[ObjectIdentifier(job.call.stream.eventLoop)] else { return false }
        if case .terminated = queue.yield(job) { return false }
        return true
    }

    func stop() {
        for queue in queues.values { queue.finish() }
    }
}

/// The calls of the connections on one event loop, and where they are served.
struct Lane: Sendable {
    let loop: ObjectIdentifier
    /// Nil for the threads that all tasks share.
    let executor: LoopExecutor?
    let queue: AsyncStream<Job>.Continuation

    private let jobs: AsyncStream<Job>

    init(_ loop: any EventLoop, methodsBlock: Bool) {
        self.loop = ObjectIdentifier(loop)
        executor = methodsBlock ? nil : LoopExecutor(loop)
        // Each call waits in here once, and the listener bounds connections and calls on each.
        (jobs, queue) = AsyncStream.makeStream(of: Job.self, bufferingPolicy: .unbounded)
    }

    func serve() async {
        await withDiscardingTaskGroup { group in
            for await job in jobs {
                group.addTask { await job.serve() }
            }
        }
    }
}
