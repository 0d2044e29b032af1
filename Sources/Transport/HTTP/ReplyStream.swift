// SPDX-License-Identifier: Apache-2.0

import Connections
import HPACK
import HTTP2
import Synchronization

/// One request and its answer: the stream below, the handler's task above.
///
/// What the handler writes is collected and goes to the event loop in one hop; the lock is never
/// held while calling out.
final class ReplyStream: Sendable {
    /// Bytes that may wait for the client before the writer has to.
    private static let highWater = 256 << 10

    private struct State {
        var fields: [HeaderField] = []
        var body: [UInt8] = []
        var isTooLarge = false
        var head: [HeaderField]?
        var hasBegun = false
        var outbox: [UInt8] = []
        var unsentBytes = 0
        var hasEnded = false
        var isDraining = false
        /// Nobody wants the answer, or all of it is on its way.
        var isOver = false
        var requestHasEnded = false
        /// An answer to HEAD has no body (RFC 9110 § 9.3.2).
        var hasNoBody = false
        var writers: [CheckedContinuation<Void, Never>] = []
        var watcher: CheckedContinuation<Void, Never>?

        /// Takes the head; false when there is one already, or nobody to hear it.
        mutating func begins(_ status: Int, _ headers: [HeaderField]) -> Bool {
            guard !isOver, !hasBegun else { return false }
            hasBegun = true
            head = [HeaderField(":status", String(status))] + headers
            return true
        }

        mutating func add(_ bytes: [UInt8], ends: Bool) {
            hasEnded = ends
            if hasNoBody { return }
            outbox += bytes
            unsentBytes += bytes.count
        }

        mutating func startsDraining() -> Bool {
            defer { isDraining = true }
            return !isDraining
        }

        /// Marks it as over; whoever waits is to be woken outside the lock.
        mutating func end() -> [CheckedContinuation<Void, Never>] {
            isOver = true
            defer { (writers, watcher) = ([], nil) }
            return writers + [watcher].compactMap(\.self)
        }
    }

    private let stream: StreamHandle
    private let caller: Caller
    private let bodyLimit: Int
    private let dispatch: @Sendable (HTTPIncoming, ReplyStream) -> Void
    private let state = Mutex(State())

    init(
        _ stream: StreamHandle,
        _ caller: Caller,
        bodyLimit: Int,
        dispatch: @escaping @Sendable (HTTPIncoming, ReplyStream) -> Void
    ) {
        self.stream = stream
        self.caller = caller
        self.bodyLimit = bodyLimit
        self.dispatch = dispatch
    }

    // MARK: - For the handler

    /// Whether there is nothing left to do: all is sent, or the client has gone.
    var isOver: Bool { state.withLock { $0.isOver } }

    /// Answers with everything at once; ignored when an answer has begun.
    func send(_ status: Int, _ headers: [HeaderField] = [], body: [UInt8] = []) {
        let mustDrain = state.withLock { state in
            guard state.begins(status, headers) else { return false }
            state.add(body, ends: true)
            return state.startsDraining()
        }
        if mustDrain { stream.perform { self.drain() } }
    }

    /// Sends the head, which pieces follow; ignored when an answer has begun.
    func begin(_ status: Int, _ headers: [HeaderField] = []) {
        let mustDrain = state.withLock { state in
            state.begins(status, headers) && state.startsDraining()
        }
        if mustDrain { stream.perform { self.drain() } }
    }

    /// Sends a piece, and waits while too much waits for the client; false when it has gone.
    func write(_ bytes: [UInt8]) async -> Bool {
        append(bytes, ends: false)
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let mayGoOn = state.withLock { state in
                    let mayGoOn =
                        state.isOver || state.hasEnded || state.unsentBytes < Self.highWater
                    if !mayGoOn { state.writers.append(continuation) }
                    return mayGoOn
                }
                if mayGoOn { continuation.resume() }
            }
        } onCancel: {
            cut()
        }
        return !isOver
    }

    /// Ends the answer after what was written.
    func end() {
        append([], ends: true)
    }

    /// Gives the answer up in the middle: the client sees a reset.
    func cut() {
        let (woken, wasOver) = state.withLock { state in
            let wasOver = state.isOver
            return (state.end(), wasOver)
        }
        for one in woken { one.resume() }
        if !wasOver { stream.perform { self.stream.reset(.internalError) } }
    }

    // MARK: - For the server

    /// The handler has returned: an answer that was not begun is an error, one not ended is cut.
    func close() {
        let (hasBegun, hasEnded) = state.withLock { ($0.hasBegun, $0.hasEnded) }
        if !hasBegun { return send(500) }
        if !hasEnded { cut() }
    }

    func over() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if !state.isOver { state.watcher = continuation }
                return state.isOver
            }
            if isOver { continuation.resume() }
        }
    }

    private func append(_ bytes: [UInt8], ends: Bool) {
        let mustDrain = state.withLock { state in
            guard !state.isOver, state.hasBegun, !state.hasEnded else { return false }
            state.add(bytes, ends: ends)
            return state.startsDraining()
        }
        if mustDrain { stream.perform { self.drain() } }
    }

    /// Sends what the handler has left here.
    private func drain() {
        let (head, bytes, ends, isOver, requestHasEnded) = state.withLock { state in
            state.isDraining = false
            defer { (state.head, state.outbox) = (nil, []) }
            return (
                state.head, state.outbox, state.hasEnded, state.isOver, state.requestHasEnded
            )
        }
        guard !isOver else { return }
        do throws(RequestError) {
            if let head { try stream.respond(head, endStream: ends && bytes.isEmpty) }
            if !bytes.isEmpty || (head == nil && ends) {
                try stream.send(bytes, endStream: ends)
            }
        } catch {
            return cut()
        }
        guard ends else { return becameWritable() }
        // The rest of a request that is answered already is of no use.
        if !requestHasEnded { stream.reset(.noError) }
        for one in state.withLock({ $0.end() }) { one.resume() }
    }
}

extension ReplyStream: StreamReceiver {
    func received(headers: [HeaderField], endStream: Bool) {
        let method = headers.first { $0.name == ":method" }?.value
        state.withLock { state in
            state.fields = headers
            state.hasNoBody = method == "HEAD"
            state.requestHasEnded = endStream
        }
        if method == "CONNECT" { return send(501) }
        if endStream { complete() }
    }

    func received(data: [UInt8], endStream: Bool) {
        stream.consumed(data.count)
        state.withLock { state in
            guard !state.isTooLarge else { return }
            state.isTooLarge = state.body.count + data.count > bodyLimit
            if state.isTooLarge { state.body = [] } else { state.body += data }
        }
        if endStream { complete() }
    }

    func received(trailers: [HeaderField]) {
        complete()
    }

    func becameWritable() {
        guard stream.unsent == 0 else { return }
        let writers = state.withLock { state in
            state.unsentBytes = state.outbox.count
            defer { state.writers = [] }
            return state.writers
        }
        for writer in writers { writer.resume() }
    }

    func wasReset(_ code: ErrorCode) {
        for one in state.withLock({ $0.end() }) { one.resume() }
    }

    func failed(_ failure: ConnectionFailure) {
        for one in state.withLock({ $0.end() }) { one.resume() }
    }

    private func complete() {
        let (fields, body, isTooLarge) = state.withLock { state in
            state.requestHasEnded = true
            defer { (state.fields, state.body) = ([], []) }
            return (state.fields, state.body, state.isTooLarge)
        }
        let request = HTTPIncoming(fields, body: body, isTooLarge: isTooLarge, caller: caller)
        if let request { dispatch(request, self) } else { cut() }
    }
}
