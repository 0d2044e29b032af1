// SPDX-License-Identifier: Apache-2.0

import Connections
import GRPC
import HTTP2
import Synchronization

/// The streamed request of a call.
extension OutgoingCall {
    /// Adds a framed message to what is to be sent.
    func enqueue(_ frame: [UInt8]) {
        change { $0.outbox.add(frame) }
    }

    /// Ends the request after what is to be sent.
    func closeRequest() {
        change { $0.requestIsClosed = true }
    }

    /// Waits while too much is waiting for the server.
    ///
    /// - Throws: what ended the call, if something did.
    func room() async throws(Status) {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let mayGoOn = state.withLock { state in
                    if state.ending != nil || state.outbox.hasRoom { return true }
                    state.outbox.wait(continuation)
                    return false
                }
                if mayGoOn { continuation.resume() }
            }
        } onCancel: {
            fail(.cancelled)
        }
        if let status { throw status.isOK ? Self.answeredEarly : status }
        await endTurn()
    }

    private static let answeredEarly = Status(.cancelled, "the server has ended the call")

    private func change(_ body: (inout State) -> Void) {
        let stream: StreamHandle? = state.withLock { state in
            guard state.ending == nil, !state.requestIsClosed else { return nil }
            body(&state)
            // Without a stream it all goes out when there is one.
            guard let stream = state.stream, state.outbox.startsDraining() else { return nil }
            return stream
        }
        stream?.perform { self.drain() }
    }

    /// Sends what the task has left here; on the event loop.
    func drain() {
        let (stream, bytes, isLast) = state.withLock { state in
            let isLast = state.requestIsClosed && !state.requestHasEnded
            let isOver = state.ending != nil
            if !isOver, isLast { state.requestHasEnded = true }
            return (isOver ? nil : state.stream, state.outbox.drain(), isLast)
        }
        guard let stream else { return }
        do throws(RequestError) {
            if isLast || !bytes.isEmpty { try stream.send(bytes, endStream: isLast) }
        } catch {
            abandon(Status(error))
        }
        becameWritable()
    }

    func becameWritable() {
        guard let stream = state.withLock({ $0.stream }), stream.unsent == 0 else { return }
        for writer in state.withLock({ $0.outbox.sent() }) { writer.resume() }
    }
}
