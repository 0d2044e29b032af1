// SPDX-License-Identifier: Apache-2.0

import HPACK
import HTTP2

/// What the streams ask of their connection.
extension ConnectionHandler: StreamOwner {
    func respond(_ headers: [HeaderField], endStream: Bool, on id: StreamID) throws(RequestError) {
        try Side.respond(headers, endStream: endStream, on: id, of: &machine)
        if endStream { answered(id) }
        scheduleWrite()
    }

    func send(_ bytes: [UInt8], endStream: Bool, on id: StreamID) throws(RequestError) {
        try machine.send(bytes, endStream: endStream, on: id)
        if endStream { answered(id) }
        scheduleWrite()
    }

    func sendTrailers(_ trailers: [HeaderField], on id: StreamID) throws(RequestError) {
        try machine.sendTrailers(trailers, on: id)
        answered(id)
        scheduleWrite()
    }

    func reset(_ id: StreamID, _ code: ErrorCode) {
        machine.reset(id, code)
        receivers[id] = nil
        notify(.hasRoom)
        scheduleWrite()
    }

    func consumed(_ count: Int, on id: StreamID) {
        machine.consumed(count, on: id)
        scheduleWrite()
    }

    func unsent(on id: StreamID) -> Int {
        let buffered = machine.buffered(on: id)
        if buffered == 0, machine.pendingOutput > Self.highWater {
            awaitsWrite.append(id)
            return 1
        }
        return buffered == 0 && !isWritable ? 1 : buffered
    }

    /// A server's stream is over with the answer.
    private func answered(_ id: StreamID) {
        guard Side.isServer else { return }
        receivers[id] = nil
        unwrittenAnswers += 1
    }
}
