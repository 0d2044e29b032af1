// SPDX-License-Identifier: Apache-2.0

import Connections
import GRPC
import HPACK
import HTTP2
import NIOCore
import Synchronization

/// One call of a client: the machine, the stream below it and the task that waits above.
///
/// The event loop brings frames in, a task takes messages out, and any thread may cancel; the lock
/// is held for the machine alone, never while calling out.
final class OutgoingCall: Sendable {
    /// What a task can wait for.
    enum Event {
        case metadata
        case message
        case end
    }

    /// How late a call may start and still announce its full time: equal headers compress to
    /// nothing.
    private static let grace = Duration.milliseconds(5)

    /// The largest message, sent or received.
    let limit: Int
    let state: Mutex<State>

    /// When messages of the request are compressed.
    let compression: Compression?

    private let request: ClientCall.Request
    private let body: [UInt8]?
    private let deadline: NIODeadline?
    private let response: ResponseMetadata?
    private let waitsForReady: Bool

    /// A call that sends `body`, a framed message, or nil to stream its request.
    init(
        _ request: ClientCall.Request,
        body: [UInt8]?,
        shape: CallShape,
        limit: Int,
        options: CallOptions
    ) {
        self.request = request
        self.body = body
        self.limit = limit
        response = options.response
        compression = options.compression
        waitsForReady = options.waitsForReady
        deadline = request.timeout.map { .now() + TimeAmount($0) }
        state = Mutex(State(ClientCall(shape, limit: limit)))
    }

    // MARK: - For the task

    /// Waits for the next message, or the end; the caller must be the only one that waits.
    func wait(for event: Event) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    if state.has(event) { return true }
                    precondition(state.waiter == nil, "a stream of answers has one reader")
                    state.waiter = (event, continuation)
                    return false
                }
                if isReady { continuation.resume() }
            }
        } onCancel: {
            fail(.cancelled)
        }
    }

    /// The next message, or the end, if either is there.
    func take() -> Result<Frame, Status>? {
        let (taken, owed, stream) = state.withLock { state in
            (state.take(), state.takeOwed(), state.stream)
        }
        if owed > 0, let stream { stream.perform { stream.consumed(owed) } }
        return taken
    }

    /// Lets others of the thread go on, now and then: called once a message.
    func endTurn() async {
        if state.withLock({ $0.turns.isOver() }) { await Task.yield() }
    }

    /// The answer of a unary call that has ended.
    var answer: Result<Frame, Status> {
        state.withLock { state in
            guard let status = state.ending, status.isOK, let message = state.messages.first else {
                return .failure(state.ending ?? .cancelled)
            }
            return .success(message)
        }
    }

    /// How the call has ended, nil while it lasts.
    var status: Status? { state.withLock { $0.ending } }

    /// What the server sent ahead of its messages, nil while nothing came.
    var metadata: Metadata? { state.withLock { $0.metadata } }

    /// What the server sent with the status.
    var trailers: Metadata { state.withLock { $0.trailers } }

    /// How the call ended with `status`, for whoever may make it again.
    func outcome(_ status: Status) -> Retries.Outcome {
        state.withLock { state in
            Retries.Outcome(
                status: status,
                wasRefused: state.wasRefused,
                hadHeaders: state.metadata != nil,
                pushback: Pushback(state.trailers)
            )
        }
    }

    /// Ends the call from this side.
    func fail(_ status: Status) {
        let stream = process { $0.fail(status) }
        stream?.perform { stream?.reset(.cancel) }
    }

    /// Ends the call on the event loop.
    func abandon(_ status: Status) {
        process { $0.fail(status) }?.reset(.cancel)
    }

    // MARK: - The machine

    /// Feeds the machine and does what follows; returns the stream if this has ended the call.
    @discardableResult
    private func process(
        owing bytes: Int = 0,
        _ input: (inout ClientCall) -> [ClientCall.Output]
    ) -> StreamHandle? {
        let effects = state.withLock { state in
            state.messages.owe(bytes)
            return state.apply(input(&state.machine))
        }
        effects.timer?.cancel()
        if let response {
            if let metadata = effects.metadata { response.set(initial: metadata) }
            if let trailers = effects.trailers { response.set(trailing: trailers) }
        }
        for waiter in effects.waiters { waiter.resume() }
        if effects.mustReset { effects.ended?.reset(.cancel) }
        if effects.owed > 0 { effects.open?.consumed(effects.owed) }
        return effects.ended
    }
}

extension OutgoingCall {
    /// What has to be done after a change, outside the lock.
    fileprivate struct Effects {
        var open: StreamHandle?
        var ended: StreamHandle?
        var mustReset = false
        var metadata: Metadata?
        var trailers: Metadata?
        var timer: Scheduled<Void>?
        var waiters: [CheckedContinuation<Void, Never>] = []
        var owed = 0
    }

    struct State: ~Copyable {
        var machine: ClientCall
        var stream: StreamHandle?
        var timer: Scheduled<Void>?
        var messages = MessageQueue()
        var metadata: Metadata?
        var trailers = Metadata()
        var outbox = Outbox()
        var turns = Turns()
        /// No more messages are to be sent.
        var requestIsClosed = false
        /// The end of the request was sent.
        var requestHasEnded = false
        var ending: Status?
        var wasRefused = false
        var waiter: (event: Event, continuation: CheckedContinuation<Void, Never>)?

        init(_ machine: consuming ClientCall) {
            self.machine = machine
        }

        fileprivate mutating func apply(_ outputs: [ClientCall.Output]) -> Effects {
            var effects = Effects()
            for output in outputs {
                switch output {
                case .metadata(let received):
                    metadata = received
                    effects.metadata = received
                case .reset: effects.mustReset = true
                case .message(let message): messages.append(message)
                case .finished(let status, let received):
                    ending = status
                    trailers = received
                    effects.trailers = received
                    effects.ended = stream
                    effects.timer = timer
                    effects.waiters = outbox.takeWriters()
                    timer = nil
                }
            }
            if let waiter, has(waiter.event) {
                effects.waiters.append(waiter.continuation)
                self.waiter = nil
            }
            effects.open = stream
            effects.owed = takeOwed()
            return effects
        }

        func has(_ event: Event) -> Bool {
            switch event {
            case _ where ending != nil: true
            case .message: !messages.isEmpty
            case .metadata: metadata != nil
            case .end: false
            }
        }

        /// What the peer may have back now.
        mutating func takeOwed() -> Int {
            ending == nil ? messages.takeOwed() : 0
        }

        /// The next message, or the end, if either is there.
        mutating func take() -> Result<Frame, Status>? {
            guard let message = messages.take() else { return ending.map { .failure($0) } }
            return .success(message)
        }
    }
}

extension OutgoingCall: RequestSender {
    var waitsForConnection: Bool { waitsForReady && status == nil }

    func submitted(to eventLoop: any EventLoop) {
        guard let deadline else { return }
        let timer = eventLoop.scheduleTask(deadline: deadline) { self.fail(.deadlineExceeded) }
        let isLate = state.withLock { state in
            if state.ending == nil { state.timer = timer }
            return state.ending != nil
        }
        if isLate { timer.cancel() }
    }

    func headersForOpening() -> [HeaderField]? {
        if state.withLock({ $0.ending != nil }) { return nil }
        var request = request
        if let deadline, let timeout = request.timeout {
            let left = Duration.nanoseconds((deadline - .now()).nanoseconds)
            if left + Self.grace < timeout { request.timeout = left }
        }
        return request.headers
    }

    func opened(_ stream: StreamHandle) {
        let isOver = state.withLock { state in
            state.stream = stream
            return state.ending != nil
        }
        if isOver { return stream.reset(.cancel) }
        guard let body else { return drain() }
        do throws(RequestError) {
            try stream.send(body, endStream: true)
        } catch {
            abandon(Status(error))
        }
    }

    func wasRefused(_ error: RequestError) {
        markRefused(error == .goingAway || error == .closed || error == .exhaustedIDs)
        process { $0.fail(Status(error)) }
    }

    func received(headers: [HeaderField], endStream: Bool) {
        settle(process { $0.receive(headers: headers, endStream: endStream) })
    }

    func received(data: [UInt8], endStream: Bool) {
        settle(
            process(owing: data.count) { $0.receive(data: data.span, endStream: endStream) }
        )
    }

    func received(trailers: [HeaderField]) {
        settle(process { $0.receive(trailers: trailers) })
    }

    func wasReset(_ code: ErrorCode) {
        markRefused(code == .refusedStream)
        process { $0.receive(reset: code.rawValue) }
    }

    func failed(_ failure: ConnectionFailure) {
        process { $0.fail(Status(failure)) }
    }

    /// A server may answer before it has read the request; the rest of it is then of no use.
    private func settle(_ ended: StreamHandle?) {
        guard let ended else { return }
        let isStreaming = body == nil && state.withLock { !$0.requestHasEnded }
        if isStreaming || ended.unsent > 0 { ended.reset(.noError) }
    }

    private func markRefused(_ isRefused: Bool) {
        if isRefused { state.withLock { $0.wasRefused = true } }
    }
}
