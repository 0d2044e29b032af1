// SPDX-License-Identifier: Apache-2.0

import Connections
import GRPC
import HPACK
import HTTP2
import NIOCore
import Synchronization

/// One call of a server: the machine, the stream below it and the method's task above.
///
/// What the task writes is collected and goes to the event loop in one hop; the lock is held for
/// the machine alone, never while calling out.
final class IncomingCall: Sendable {
    /// Answers, in bytes, that may wait for the caller before the writer has to.
    private static let highWater = 64 << 10

    private struct State: ~Copyable {
        var machine: ServerCall
        var method: (run: Services.Run, context: CallContext)?
        var timer: Scheduled<Void>?
        var outbox: [UInt8] = []
        var unsentBytes = 0
        var ending: Status?
        var isDraining = false
        /// The method need not go on: it has answered, or nobody wants the answer.
        var isOver = false
        /// The method's task was cancelled: it must not wait for the caller.
        var isReleased = false
        var heldBytes = 0
        var writers: [CheckedContinuation<Void, Never>] = []
        var watcher: CheckedContinuation<Void, Never>?

        /// Whether the event loop has to be asked to send; once is enough.
        mutating func startsDraining() -> Bool {
            defer { isDraining = true }
            return !isDraining
        }

        /// Counts bytes of the request, unless nobody wants them any more.
        mutating func hold(_ count: Int) -> Bool {
            if !isOver { heldBytes += count }
            return !isOver
        }

        mutating func takeWriters() -> [CheckedContinuation<Void, Never>] {
            defer { writers = [] }
            return writers
        }

        /// Marks the call as over; who waits for that is to be woken outside the lock.
        mutating func end() -> Woken {
            isOver = true
            let woken = Woken(
                continuations: takeWriters() + [watcher].compactMap(\.self),
                timer: timer,
                requestBytes: heldBytes
            )
            heldBytes = 0
            watcher = nil
            timer = nil
            return woken
        }
    }

    /// The largest message, sent or received.
    let limit: Int

    private let stream: StreamHandle
    private let caller: Caller
    private let router: Router
    private let state: Mutex<State>

    init(_ stream: StreamHandle, _ caller: Caller, _ router: Router) {
        self.stream = stream
        self.caller = caller
        self.router = router
        limit = router.messageLimit
        state = Mutex(State(machine: ServerCall(limit: router.messageLimit)))
    }
}

// MARK: - For the method's task

extension IncomingCall {
    /// Adds a framed message to what is to be sent.
    func enqueue(_ frame: [UInt8]) {
        let mustDrain = state.withLock { state in
            guard !state.isOver else { return false }
            state.outbox += frame
            state.unsentBytes += frame.count
            return state.startsDraining()
        }
        if mustDrain { stream.perform { self.drain() } }
    }

    /// Waits while too much is waiting for the caller.
    ///
    /// - Throws: `CANCELLED` when nobody wants the answer any more.
    func room() async throws(Status) {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let mayGoOn = state.withLock { state in
                    let mayGoOn =
                        state.isOver || state.isReleased || state.unsentBytes < Self.highWater
                    if !mayGoOn { state.writers.append(continuation) }
                    return mayGoOn
                }
                if mayGoOn { continuation.resume() }
            }
        } onCancel: {
            let writers = state.withLock { state in
                state.isReleased = true
                return state.takeWriters()
            }
            for writer in writers { writer.resume() }
        }
        if state.withLock({ $0.isOver || $0.isReleased }) { throw .cancelled }
    }

    /// Ends the call after what is to be sent.
    func finish(_ result: Result<[UInt8], Status>) {
        let (mustDrain, woken) = state.withLock { state in
            guard !state.isOver else { return (false, Woken()) }
            switch result {
            case .success(let frame):
                state.outbox += frame
                state.ending = .ok
            case .failure(let status):
                state.ending = status
            }
            return (state.startsDraining(), state.end())
        }
        woken.resume(router)
        if mustDrain { stream.perform { self.drain() } }
    }

    /// Whether the method need not run any more.
    var isOver: Bool { state.withLock { $0.isOver } }

    /// Waits until the method has answered or nobody wants the answer.
    func over() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if !state.isOver { state.watcher = continuation }
                return state.isOver
            }
            if isOver { continuation.resume() }
        }
    }
}

// MARK: - On the event loop

extension IncomingCall: StreamReceiver {
    func received(headers: [HeaderField], endStream: Bool) {
        handle(state.withLock { $0.machine.receive(headers: headers, endStream: endStream) })
    }

    func received(data: [UInt8], endStream: Bool) {
        stream.consumed(data.count)
        guard state.withLock({ $0.hold(data.count) }) else { return }
        if !router.hold(data.count) {
            let words = "the server holds as many requests as it can"
            return finish(.failure(Status(.resourceExhausted, words)))
        }
        handle(state.withLock { $0.machine.receive(data: data.span, endStream: endStream) })
    }

    func received(trailers: [HeaderField]) {
        // Requests have none; these only end the body.
        received(data: [], endStream: true)
    }

    func becameWritable() {
        guard stream.unsent == 0 else { return }
        let writers = state.withLock { state in
            state.unsentBytes = state.outbox.count
            return state.takeWriters()
        }
        for writer in writers { writer.resume() }
    }

    func wasReset(_ code: ErrorCode) {
        handle(state.withLock { $0.machine.receiveReset() })
    }

    func failed(_ failure: ConnectionFailure) {
        handle(state.withLock { $0.machine.receiveReset() })
    }

    private func handle(_ outputs: [ServerCall.Output]) {
        for output in outputs {
            switch output {
            case .accepted(let request): accept(request)
            case .message(let bytes): dispatch(bytes)
            case .refused(let status): finish(.failure(status))
            case .rejected(let headers): reject(headers)
            case .cancelled: state.withLock { $0.end() }.resume(router)
            }
        }
    }

    private func accept(_ request: ServerCall.Request) {
        guard let run = router.services[request.path] else {
            finish(.failure(Status(.unimplemented, "there is no method \(request.path)")))
            return
        }
        let context = CallContext(request, caller)
        let timer = context.timeRemaining.map { time in
            stream.schedule(after: time) { self.expire() }
        }
        state.withLock { state in
            state.method = (run, context)
            state.timer = timer
        }
    }

    private func dispatch(_ message: [UInt8]) {
        guard let (run, context) = state.withLock({ $0.method }) else { return }
        let job = Job(call: self, run: run, context: context, request: message)
        if !router.dispatch(job) {
            finish(.failure(Status(.unavailable, "the server is shutting down")))
        }
    }

    private func reject(_ headers: [HeaderField]) {
        do throws(RequestError) {
            try stream.respond(headers, endStream: true)
            stream.reset(.noError)
        } catch {
            stream.reset(.internalError)
        }
    }

    /// The caller has stopped waiting: the method is of no use any more.
    private func expire() {
        if stream.unsent == 0 {
            finish(.failure(Status(.deadlineExceeded, "the caller's time is over")))
        } else {
            stream.reset(.cancel)
            wasReset(.cancel)
        }
    }

    /// Sends what the task has left here.
    private func drain() {
        let (headers, bytes, ending, requestHasEnded) = state.withLock { state in
            state.isDraining = false
            let headers = state.outbox.isEmpty ? nil : state.machine.start()
            let bytes = state.outbox
            state.outbox = []
            let ending = state.ending.flatMap { state.machine.finish($0) }
            return (headers, bytes, ending, state.machine.requestHasEnded)
        }
        do throws(RequestError) {
            if let headers { try stream.respond(headers, endStream: false) }
            if !bytes.isEmpty { try stream.send(bytes, endStream: false) }
            switch ending {
            case .trailersOnly(let headers): try stream.respond(headers, endStream: true)
            case .trailers(let trailers): try stream.sendTrailers(trailers)
            case nil: break
            }
            if ending != nil, !requestHasEnded { stream.reset(.noError) }
        } catch {
            stream.reset(.internalError)
            wasReset(.internalError)
        }
        becameWritable()
    }
}

/// Who waits for a call that has just ended.
private struct Woken {
    var continuations: [CheckedContinuation<Void, Never>] = []
    var timer: Scheduled<Void>?
    var requestBytes = 0

    func resume(_ router: Router) {
        timer?.cancel()
        router.release(requestBytes)
        for continuation in continuations { continuation.resume() }
    }
}

/// A request that is complete, with the code that serves it.
struct Job: Sendable {
    let call: IncomingCall
    let run: Services.Run
    let context: CallContext
    let request: [UInt8]

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
