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
        case message
        case end
    }

    /// Messages buffered, in bytes, above which the server gets no more room to send.
    private static let lowWater = 64 << 10

    /// How late a call may start and still announce its full time: equal headers compress to
    /// nothing.
    private static let grace = Duration.milliseconds(5)

    private let request: ClientCall.Request
    private let body: [UInt8]
    private let deadline: NIODeadline?
    private let state: Mutex<State>

    /// A call that sends `body`, a framed message.
    init(_ request: ClientCall.Request, body: [UInt8], shape: CallShape, limit: Int) {
        self.request = request
        self.body = body
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
    func take() -> Result<[UInt8], Status>? {
        let (taken, owed, stream) = state.withLock { state in
            (state.take(), state.takeOwed(), state.stream)
        }
        if owed > 0, let stream { stream.perform { stream.consumed(owed) } }
        return taken
    }

    /// The answer of a unary call that has ended.
    var answer: Result<[UInt8], Status> {
        state.withLock { state in
            guard let status = state.ending, status.isOK, let message = state.messages.first else {
                return .failure(state.ending ?? .cancelled)
            }
            return .success(message)
        }
    }

    /// Whether the server refused the call before it looked at it, so that it can be made again.
    var wasRefused: Bool { state.withLock { $0.wasRefused } }

    /// Ends the call from this side.
    func fail(_ status: Status) {
        let stream = process { $0.fail(status) }
        stream?.perform { stream?.reset(.cancel) }
    }

    // MARK: - The machine

    /// Feeds the machine and does what follows; returns the stream if this has ended the call.
    @discardableResult
    private func process(
        owing bytes: Int = 0,
        _ input: (inout ClientCall) -> [ClientCall.Output]
    ) -> StreamHandle? {
        let effects = state.withLock { state in
            state.owedBytes += bytes
            return state.apply(input(&state.machine))
        }
        effects.timer?.cancel()
        effects.waiter?.resume()
        if effects.mustReset { effects.ended?.reset(.cancel) }
        if effects.owed > 0 { effects.open?.consumed(effects.owed) }
        return effects.ended
    }
}

extension OutgoingCall {
    /// What has to be done after a change, outside the lock.
    private struct Effects {
        var open: StreamHandle?
        var ended: StreamHandle?
        var mustReset = false
        var timer: Scheduled<Void>?
        var waiter: CheckedContinuation<Void, Never>?
        var owed = 0
    }

    private struct State: ~Copyable {
        var machine: ClientCall
        var stream: StreamHandle?
        var timer: Scheduled<Void>?
        var messages = CircularBuffer<[UInt8]>()
        var bufferedBytes = 0
        /// Bytes that came in and were not given back to the peer's window.
        var owedBytes = 0
        var ending: Status?
        var wasRefused = false
        var waiter: (event: Event, continuation: CheckedContinuation<Void, Never>)?

        init(_ machine: consuming ClientCall) {
            self.machine = machine
        }

        mutating func apply(_ outputs: [ClientCall.Output]) -> Effects {
            var effects = Effects()
            for output in outputs {
                switch output {
                case .metadata: break
                case .reset: effects.mustReset = true
                case .message(let message):
                    messages.append(message)
                    bufferedBytes += message.count
                case .finished(let status, _):
                    ending = status
                    effects.ended = stream
                    effects.timer = timer
                    timer = nil
                }
            }
            if let waiter, has(waiter.event) {
                effects.waiter = waiter.continuation
                self.waiter = nil
            }
            effects.open = stream
            effects.owed = takeOwed()
            return effects
        }

        func has(_ event: Event) -> Bool {
            ending != nil || (event == .message && !messages.isEmpty)
        }

        /// What the peer may have back now: everything, unless the reader is behind.
        mutating func takeOwed() -> Int {
            guard ending == nil, bufferedBytes < OutgoingCall.lowWater else { return 0 }
            defer { owedBytes = 0 }
            return owedBytes
        }

        /// The next message, or the end, if either is there.
        mutating func take() -> Result<[UInt8], Status>? {
            guard let message = messages.popFirst() else { return ending.map { .failure($0) } }
            bufferedBytes -= message.count
            return .success(message)
        }
    }
}

extension OutgoingCall: RequestSender {
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
        do throws(RequestError) {
            try stream.send(body, endStream: true)
        } catch {
            process { $0.fail(Status(error)) }
            stream.reset(.cancel)
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

    func becameWritable() {}

    func wasReset(_ code: ErrorCode) {
        markRefused(code == .refusedStream)
        process { $0.receive(reset: code.rawValue) }
    }

    func failed(_ failure: ConnectionFailure) {
        process { $0.fail(Status(failure)) }
    }

    /// A server may answer before it has read the request; the rest of it is then of no use.
    private func settle(_ ended: StreamHandle?) {
        if let ended, ended.unsent > 0 { ended.reset(.noError) }
    }

    private func markRefused(_ isRefused: Bool) {
        if isRefused { state.withLock { $0.wasRefused = true } }
    }
}
