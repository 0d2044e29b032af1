// SPDX-License-Identifier: Apache-2.0

import Connections
import GRPC
import Protobuf
import Synchronization

/// What a method's task does with its call.
extension IncomingCall {
    /// Sends the headers, with what was added to them, unless they are out.
    func start(_ metadata: Metadata) {
        change { state in
            state.metadata = metadata
            state.mustStart = true
        }
    }

    /// Compresses answers from now on, if the client can undo it and the headers are not out.
    func compress(_ compression: Compression?) {
        state.withLock { $0.compression = compression }
    }

    /// An answer with its prefix.
    ///
    /// - Throws: `RESOURCE_EXHAUSTED` when it is too large.
    func frame(_ response: some Message, compressed: Bool = true) throws(Status) -> [UInt8] {
        let compression = state.withLock { state -> Compression? in
            guard state.acceptsGzip, let compression = state.compression else { return nil }
            if state.encoding == nil, !state.hasStarted { state.encoding = .gzip }
            return state.encoding == nil || !compressed ? nil : compression
        }
        return try response.framed(limit: limit, compression)
    }

    /// Adds to what goes out with the status.
    func add(trailers: Metadata) {
        state.withLock { $0.trailers.append(trailers) }
    }

    /// Adds a framed message to what is to be sent.
    func enqueue(_ frame: [UInt8]) {
        change { $0.outbox.add(frame) }
    }

    /// Changes what is to be sent, and has it sent.
    private func change(_ body: (inout State) -> Void) {
        let mustDrain = state.withLock { state in
            guard !state.isOver else { return false }
            body(&state)
            return state.outbox.startsDraining()
        }
        if mustDrain { stream.perform { self.drain() } }
    }

    /// Waits while too much is waiting for the caller.
    ///
    /// - Throws: `CANCELLED` when nobody wants the answer any more.
    func room() async throws(Status) {
        await wait { (state, continuation) in
            if state.outbox.hasRoom { return true }
            state.outbox.wait(continuation)
            return false
        }
        let isOver = try state.withLock { state throws(Status) in
            try Self.check(state)
            return state.turns.isOver()
        }
        if isOver { await Task.yield() }
    }

    /// The next message of a streamed request, nil after the last.
    ///
    /// - Throws: what ended the call, `CANCELLED` when the caller gave up.
    func nextRequest() async throws(Status) -> Frame? {
        while true {
            switch try takeRequest() {
            case .message(let message):
                if state.withLock({ $0.turns.isOver() }) { await Task.yield() }
                return message
            case .end: return nil
            case .nothing: break
            }
            await wait { (state, continuation) in
                guard let requests = state.requests, requests.isEmpty, !requests.hasEnded else {
                    return true
                }
                precondition(state.reader == nil, "a stream of requests has one reader")
                state.reader = continuation
                return false
            }
        }
    }

    /// Runs `body` under the lock; it returns whether to go on or keeps the continuation.
    private func wait(
        _ body: (inout State, CheckedContinuation<Void, Never>) -> Bool
    ) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let mayGoOn = state.withLock { state in
                    state.isOver || state.isReleased || body(&state, continuation)
                }
                if mayGoOn { continuation.resume() }
            }
        } onCancel: {
            let waiting = state.withLock { state in
                state.isReleased = true
                return state.takeWaiting()
            }
            for continuation in waiting { continuation.resume() }
        }
    }

    /// What can be taken of a streamed request without waiting.
    fileprivate enum Taken {
        case message(Frame)
        case end
        case nothing
    }

    private func takeRequest() throws(Status) -> Taken {
        let (taken, owed, held) = try state.withLock { state throws(Status) in
            try Self.check(state)
            return state.take()
        }
        router.release(held, stream.tally)
        if owed > 0 { stream.perform { self.stream.consumed(owed) } }
        return taken
    }

    /// Ends the call after what is to be sent.
    func finish(_ result: Result<[UInt8], Status>) {
        let (mustDrain, woken) = state.withLock { state in
            guard !state.isOver else { return (false, Woken()) }
            switch result {
            case .success(let frame):
                if !frame.isEmpty { state.outbox.add(frame) }
                state.ending = .ok
            case .failure(let status):
                state.ending = status
            }
            return (state.outbox.startsDraining(), state.end())
        }
        woken.resume(router, stream.tally)
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

    /// - Throws: why the method must not go on, if it must not.
    private static func check(_ state: borrowing State) throws(Status) {
        if state.isOver, let ending = state.ending, !ending.isOK { throw ending }
        if state.isOver || state.isReleased { throw .cancelled }
    }
}

extension IncomingCall.State {
    /// The next message with the bytes that the client may send for it and those no longer held.
    fileprivate mutating func take() -> (IncomingCall.Taken, owed: Int, held: Int) {
        guard let message = requests?.take() else {
            return (requests?.hasEnded == false ? .nothing : .end, 0, 0)
        }
        let came = Framing.prefixLength + message.bytes.count + inflatedBytes
        let held = min(heldBytes, came)
        heldBytes -= held
        inflatedBytes = 0
        wasCompressed = message.encoding != nil
        return (.message(message), requests?.takeOwed() ?? 0, held)
    }
}
