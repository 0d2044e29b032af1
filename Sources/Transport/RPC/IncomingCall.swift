// SPDX-License-Identifier: Apache-2.0

import Connections
import GRPC
import NIOCore
import Synchronization

/// One call of a server: the machine, the stream below it and the method's task above.
///
/// What the task writes is collected and goes to the event loop in one hop; the lock is held for
/// the machine alone, never while calling out. The two sides are extensions in files of their own.
final class IncomingCall: Sendable {
    /// What is shared between the task and the event loop.
    struct State: ~Copyable {
        var machine: ServerCall
        var method: (entry: Services.Entry, context: CallContext)?
        var timer: Scheduled<Void>?
        /// What a method that takes a stream has not taken yet.
        var requests: MessageQueue?
        var reader: CheckedContinuation<Void, Never>?
        var metadata = Metadata()
        var trailers = Metadata()
        /// The headers go out even if no answer does.
        var mustStart = false
        /// When answers are compressed, and how they are since the first one that may be.
        var compression: Compression?
        var acceptsGzip = false
        var encoding: Encoding?
        /// Whether the message that was taken last came compressed.
        var wasCompressed = false
        var hasStarted = false
        var outbox = Outbox()
        var turns = Turns()
        var ending: Status?
        /// The method need not go on: it has answered, or nobody wants the answer.
        var isOver = false
        /// The method's task was cancelled: it must not wait for the caller.
        var isReleased = false
        var heldBytes = 0
        /// Of these, what a message that was taken has unfolded to.
        var inflatedBytes = 0
        var watcher: CheckedContinuation<Void, Never>?

        init(_ machine: consuming ServerCall, _ compression: Compression?) {
            self.machine = machine
            self.compression = compression
        }

        /// Whom to wake for good when the method may not wait any more.
        mutating func takeWaiting() -> [CheckedContinuation<Void, Never>] {
            defer { reader = nil }
            return outbox.takeWriters() + [reader].compactMap(\.self)
        }

        /// Marks the call as over; who waits for that is to be woken outside the lock.
        mutating func end() -> Woken {
            isOver = true
            let woken = Woken(
                continuations: takeWaiting() + [watcher].compactMap(\.self),
                timer: timer,
                requestBytes: heldBytes
            )
            heldBytes = 0
            watcher = nil
            timer = nil
            // The context refers to the call.
            method = nil
            return woken
        }
    }

    /// The largest message, sent or received.
    let limit: Int
    let stream: StreamHandle
    let caller: Caller
    let router: Router
    let state: Mutex<State>

    init(_ stream: StreamHandle, _ caller: Caller, _ router: Router) {
        self.stream = stream
        self.caller = caller
        self.router = router
        limit = router.messageLimit
        state = Mutex(State(ServerCall(limit: router.messageLimit), router.compression))
    }
}

/// Who waits for a call that has just ended.
struct Woken {
    var continuations: [CheckedContinuation<Void, Never>] = []
    var timer: Scheduled<Void>?
    var requestBytes = 0

    func resume(_ router: Router, _ tally: Tally) {
        timer?.cancel()
        router.release(requestBytes, tally)
        for continuation in continuations { continuation.resume() }
    }
}

/// A call that can be served, with the code that does.
struct Job: Sendable {
    let call: IncomingCall
    let run: Services.Run
    let context: CallContext
    /// The message of a method that takes one.
    let request: Frame

    /// Runs the method; cancels it when the call ends before it does.
    func serve() async {
        if call.isOver { return }
        await withDiscardingTaskGroup { group in
            group.addTask { call.finish(await run(request, context, call)) }
            await call.over()
            group.cancelAll()
        }
    }
}
