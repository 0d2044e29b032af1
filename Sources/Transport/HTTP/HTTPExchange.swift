// SPDX-License-Identifier: Apache-2.0

import Connections
import HPACK
import HTTP2
import NIOCore
import Synchronization

/// One request and what comes back: the stream below it and the task that waits above.
///
/// ```
///           head              body...              end
/// waiting ───────► answering ─────────► answering ─────► ended
///    └───────────────── failure ─────────────────────────►┘
/// ```
///
/// The event loop brings frames in, one task takes pieces out, any thread may cancel. What the task
/// has not taken is not given back to the server's window, so a slow reader slows it down.
final class HTTPExchange: Sendable {
    private struct State {
        var stream: StreamHandle?
        var timer: Scheduled<Void>?
        var head: HTTPHead?
        var pieces = CircularBuffer<[UInt8]>()
        var ending: Result<Void, HTTPFailure>?
        var wasUnseen = false
        var wasUnreachable = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    /// What a task finds when it looks.
    enum Look {
        case head(HTTPHead)
        case piece([UInt8])
        case ended(Result<Void, HTTPFailure>)
        case nothing
    }

    private let headers: [HeaderField]
    private let body: [UInt8]
    private let patience: Duration?
    private let state = Mutex(State())

    /// An exchange that fails when it has not ended `patience` after it was submitted.
    init(headers: [HeaderField], body: [UInt8], patience: Duration?) {
        self.headers = headers
        self.body = body
        self.patience = patience
    }

    /// Whether the server never looked at the request, so that it can be made again.
    var wasUnseen: Bool { state.withLock { $0.wasUnseen } }

    /// Whether nothing of the request was sent, for want of a connection.
    var wasUnreachable: Bool { state.withLock { $0.wasUnreachable } }

    /// The head as soon as it is there.
    func head() async throws(HTTPFailure) -> HTTPHead {
        while true {
            switch look(forHead: true) {
            case .head(let head): return head
            case .ended(.failure(let failure)): throw failure
            case .ended(.success): throw .reset(.protocolError)
            case .piece, .nothing: await wait { $0.head != nil }
            }
        }
    }

    /// The next piece of the body, nil at its end.
    func piece() async throws(HTTPFailure) -> [UInt8]? {
        while true {
            switch look(forHead: false) {
            case .piece(let bytes):
                giveBack(bytes.count)
                return bytes
            case .ended(.failure(let failure)): throw failure
            case .ended(.success): return nil
            case .head, .nothing: await wait { !$0.pieces.isEmpty }
            }
        }
    }

    /// Ends the exchange from this side.
    func fail(_ failure: HTTPFailure) {
        let stream = finish(.failure(failure))
        stream?.perform { stream?.reset(.cancel) }
    }

    /// From now on the exchange may take as long as it likes.
    func relax() {
        let timer = state.withLock { state in
            defer { state.timer = nil }
            return state.timer
        }
        timer?.cancel()
    }

    private func look(forHead: Bool) -> Look {
        state.withLock { state in
            if forHead, let head = state.head { return .head(head) }
            if !forHead, let piece = state.pieces.popFirst() { return .piece(piece) }
            return state.ending.map { .ended($0) } ?? .nothing
        }
    }

    private func giveBack(_ count: Int) {
        let stream = state.withLock { $0.ending == nil ? $0.stream : nil }
        stream?.perform { stream?.consumed(count) }
    }

    private func wait(until isThere: @Sendable (State) -> Bool) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    if state.ending != nil || isThere(state) { return true }
                    precondition(state.waiter == nil, "a response has one reader")
                    state.waiter = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        } onCancel: {
            fail(.cancelled)
        }
    }

    /// Notes the end, unless it was noted before, and returns the stream if it was open.
    @discardableResult
    private func finish(_ ending: Result<Void, HTTPFailure>, unseen: Bool = false) -> StreamHandle?
    {
        let last = state.withLock { state in
            let last = state
            state.waiter = nil
            state.timer = nil
            state.stream = nil
            if last.ending == nil {
                state.ending = ending
                state.wasUnseen = unseen
            }
            return last
        }
        last.timer?.cancel()
        last.waiter?.resume()
        return last.ending == nil ? last.stream : nil
    }

    private func wake(_ change: (inout State) -> Void) {
        let waiter = state.withLock { state in
            change(&state)
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }
}

extension HTTPExchange: RequestSender {
    func submitted(to eventLoop: any EventLoop) {
        guard let patience else { return }
        let timer = eventLoop.scheduleTask(in: TimeAmount(patience)) {
            self.fail(.timedOut(patience))
        }
        let isLate = state.withLock { state in
            if state.ending == nil { state.timer = timer }
            return state.ending != nil
        }
        if isLate { timer.cancel() }
    }

    func headersForOpening() -> [HeaderField]? {
        state.withLock { $0.ending != nil } ? nil : headers
    }

    func opened(_ stream: StreamHandle) {
        let isOver = state.withLock { state in
            if state.ending == nil { state.stream = stream }
            return state.ending != nil
        }
        if isOver { return stream.reset(.cancel) }
        do throws(RequestError) {
            try stream.send(body, endStream: true)
        } catch {
            finish(.failure(.refused(error)))
            stream.reset(.cancel)
        }
    }

    func wasRefused(_ error: RequestError) {
        let unseen = error == .goingAway || error == .closed || error == .exhaustedIDs
        finish(.failure(.refused(error)), unseen: unseen)
    }

    func received(headers: [HeaderField], endStream: Bool) {
        wake { $0.head = HTTPHead(headers) }
        if endStream { settle() }
    }

    func received(data: [UInt8], endStream: Bool) {
        if !data.isEmpty { wake { $0.pieces.append(data) } }
        if endStream { settle() }
    }

    func received(trailers: [HeaderField]) {
        settle()
    }

    func becameWritable() {}

    func wasReset(_ code: ErrorCode) {
        finish(.failure(.reset(code)), unseen: code == .refusedStream)
    }

    func failed(_ failure: ConnectionFailure) {
        let precedes = failure.reason.precedesRequests
        state.withLock { state in
            state.wasUnreachable = state.ending == nil && (state.stream == nil || precedes)
        }
        finish(.failure(.connection(failure)))
    }

    /// A server may answer before it has read the request; the rest of it is then of no use.
    private func settle() {
        if let stream = finish(.success(())), stream.unsent > 0 { stream.reset(.noError) }
    }
}
