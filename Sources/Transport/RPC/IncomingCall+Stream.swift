// SPDX-License-Identifier: Apache-2.0

import Connections
import GRPC
import HPACK
import HTTP2
import Synchronization

/// What happens on the event loop.
extension IncomingCall: StreamReceiver {
    func received(headers: [HeaderField], endStream: Bool) {
        handle(state.withLock { $0.machine.receive(headers: headers, endStream: endStream) })
    }

    func received(data: [UInt8], endStream: Bool) {
        let (isWanted, isStreamed) = state.withLock { $0.hold(data.count) }
        if !isStreamed { stream.consumed(data.count) }
        guard isWanted else { return }
        do throws(Status) {
            try router.hold(data.count, stream.tally)
        } catch {
            return finish(.failure(error))
        }
        handle(state.withLock { $0.machine.receive(data: data.span, endStream: endStream) })
        if isStreamed {
            stream.consumed(state.withLock { $0.requests?.takeOwed() ?? 0 })
        }
    }

    func received(trailers: [HeaderField]) {
        // Requests have none; these only end the body.
        received(data: [], endStream: true)
    }

    func becameWritable() {
        guard stream.unsent == 0 else { return }
        for writer in state.withLock({ $0.outbox.sent() }) { writer.resume() }
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
            case .message(let bytes): take(bytes)
            case .end: takeEnd()
            case .refused(let status): finish(.failure(status))
            case .rejected(let headers): reject(headers)
            case .cancelled: state.withLock { $0.end() }.resume(router, stream.tally)
            }
        }
    }

    private func accept(_ request: ServerCall.Request) {
        guard let method = router.services[request.path] else {
            finish(.failure(Status(.unimplemented, "there is no method \(request.path)")))
            return
        }
        let context = CallContext(request, caller, self)
        let timer = context.timeRemaining.map { time in
            stream.schedule(after: time) { self.expire() }
        }
        let outputs = state.withLock { state in
            state.method = (method, context)
            state.timer = timer
            state.acceptsGzip = request.acceptsGzip
            if method.shape.streamsRequests { state.requests = MessageQueue() }
            return state.machine.expect(method.shape)
        }
        if method.shape.streamsRequests { dispatch(Frame([])) }
        handle(outputs)
    }

    /// A message of a stream waits to be taken; the only one starts the method.
    private func take(_ message: Frame) {
        let isStreamed = state.withLock { state in
            if state.requests?.append(message) != nil { return true }
            state.wasCompressed = message.encoding != nil
            return false
        }
        if isStreamed { wakeReader() } else { dispatch(message) }
    }

    private func takeEnd() {
        state.withLock { $0.requests?.hasEnded = true }
        wakeReader()
    }

    private func wakeReader() {
        state.withLock { $0.takeReader() }?.resume()
    }

    private func dispatch(_ message: Frame) {
        let method = state.withLock { state in
            defer { state.method = nil }
            return state.method
        }
        guard let (entry, context) = method else { return }
        let job = Job(call: self, run: entry.run, context: context, request: message)
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
    func drain() {
        let (headers, bytes, ending, requestHasEnded) = state.withLock { $0.drain() }
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

extension IncomingCall.State {
    /// What goes to the stream now.
    fileprivate mutating func drain() -> ([HeaderField]?, [UInt8], ServerCall.Ending?, Bool) {
        let headers =
            mustStart || !outbox.isEmpty ? machine.start(metadata, encoding: encoding) : nil
        hasStarted = hasStarted || headers != nil
        let bytes = outbox.drain()
        let ending = ending.flatMap { machine.finish($0, trailers) }
        return (headers, bytes, ending, machine.requestHasEnded)
    }

    /// Counts bytes of the request, unless nobody wants them any more.
    fileprivate mutating func hold(_ count: Int) -> (isWanted: Bool, isStreamed: Bool) {
        if isOver { return (false, false) }
        heldBytes += count
        requests?.owe(count)
        return (true, requests != nil)
    }

    fileprivate mutating func takeReader() -> CheckedContinuation<Void, Never>? {
        defer { reader = nil }
        return reader
    }
}
