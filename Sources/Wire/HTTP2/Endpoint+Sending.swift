// SPDX-License-Identifier: Apache-2.0

import HPACK

/// What the application sends: headers at once, bodies as the windows allow.
extension Endpoint {
    /// The largest DATA payload, whatever the peer would take: others want their turn.
    private static let dataFrameSize = 1 << 16

    /// DATA octets up to which a frame that a window cut off is no progress: it costs more than it
    /// carries, and a peer that opens its windows octet by octet could ask for it for ever.
    private static let waste = FrameHeader.size

    mutating func writeHeaders(
        _ fields: [HeaderField],
        endStream: Bool,
        on id: StreamID
    ) {
        let block = encoder.encode(fields)
        let size = Int(remote.maxFrameSize)
        writer.headers(block, endStream: endStream, on: id, frameSize: size)
        flood.progress()
    }

    /// Checks a header list against what the peer takes.
    func checkSize(_ fields: [HeaderField]) throws(RequestError) {
        guard let limit = remote.maxHeaderListSize.map({ Int($0) }) else { return }
        let size = fields.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 32 }
        guard size <= limit else { throw .headersTooLarge(size: size, limit: limit) }
    }

    mutating func send(
        _ data: [UInt8],
        endStream: Bool,
        on id: StreamID
    ) throws(RequestError) {
        let index = try sending(id)
        let mayGoAtOnce = streams.values[index].outbound.count == 0
        var sent = 0
        if mayGoAtOnce {
            sent = write(data, from: 0, endStream: endStream, at: index)
        }
        if endStream { streams.values[index].outbound.end = .endStream }
        if sent < data.count {
            streams.values[index].outbound.append(data, from: sent)
            enqueue(index)
        } else if mayGoAtOnce, endStream {
            if data.isEmpty { writer.data([], endStream: true, on: id) }
            finishSending(index)
        }
    }

    mutating func sendTrailers(
        _ fields: [HeaderField],
        on id: StreamID
    ) throws(RequestError) {
        let index = try sending(id)
        do {
            try FieldValidation.checkTrailers(fields)
        } catch {
            throw .malformed(error)
        }
        try checkSize(fields)
        streams.values[index].outbound.end = .trailers(fields)
        guard streams.values[index].outbound.count == 0 else { return }
        writeHeaders(fields, endStream: true, on: id)
        finishSending(index)
    }

    /// The stream, if the application may hand over data or trailers for it.
    private func sending(_ id: StreamID) throws(RequestError) -> Int {
        try requireAlive()
        guard let index = streams.index(forKey: id) else { throw .streamClosed(id) }
        guard streams.values[index].outbound.acceptsBody else { throw .outOfOrder(id) }
        return index
    }

    func requireAlive() throws(RequestError) {
        guard !isFailed else { throw .closed }
    }

    // MARK: - Flow control (RFC 9113 § 5.2)

    /// Whether more DATA may be added to the octets to be written.
    private var hasRoom: Bool { writer.bytes.count < limits.output }

    /// Writes DATA frames until the bytes, a window or the room end; returns how far it came.
    private mutating func write(
        _ bytes: [UInt8],
        from start: Int,
        endStream: Bool,
        at index: Int,
        frames: Int = .max
    ) -> Int {
        let id = streams.keys[index]
        let frameSize = min(Int(remote.maxFrameSize), Self.dataFrameSize)
        var start = start
        var frames = frames
        writer.reserve(for: min(bytes.count - start, sendWindow.available, limits.output))
        while start < bytes.count, frames > 0, hasRoom {
            let window = min(
                sendWindow.available,
                streams.values[index].sendWindow.available
            )
            let count = min(window, frameSize, bytes.count - start)
            guard count > 0 else { break }
            let end = start + count
            let isLast = endStream && end == bytes.count
            writer.data(bytes[start..<end], endStream: isLast, on: id)
            sendWindow.spend(count)
            streams.values[index].sendWindow.spend(count)
            streams.values[index].outbound.hasWaited = false
            if count > Self.waste || end == bytes.count { flood.progress() }
            start = end
            frames -= 1
        }
        return start
    }

    /// Writes buffered bytes of a stream, and its end when the last one is out.
    mutating func flush(_ id: StreamID, frames: Int = .max) {
        guard let index = streams.index(forKey: id), streams.values[index].outbound.count > 0
        else { return }
        let end = streams.values[index].outbound.end
        let endStream = if case .endStream = end { true } else { false }
        let (bytes, start) = streams.values[index].outbound.take()
        let reached = write(
            bytes,
            from: start,
            endStream: endStream,
            at: index,
            frames: frames
        )
        guard reached == bytes.count else {
            streams.values[index].outbound.restore(bytes, from: reached)
            return enqueue(index)
        }
        events.append(.writable(id))
        switch end {
        case .open:
            return
        case .endStream:
            break
        case .trailers(let fields):
            writeHeaders(fields, endStream: true, on: id)
        }
        finishSending(index)
    }

    /// Lines a stream up for the connection's window, if its own would let bytes out.
    private mutating func enqueue(_ index: Int) {
        guard streams.values[index].sendWindow.available > 0,
            !streams.values[index].outbound.isQueued
        else { return }
        streams.values[index].outbound.isQueued = true
        queue.append(streams.keys[index])
    }

    /// Lets waiting streams send, a frame each in turn, until the connection's window or the room
    /// is used up.
    mutating func drainQueue() {
        while sendWindow.available > 0, hasRoom, !queue.isEmpty {
            let round = queue
            queue = []
            var served = 0
            let frames = round.count == 1 ? Int.max : 1
            for id in round where sendWindow.available > 0 && hasRoom {
                served += 1
                if let index = streams.index(forKey: id) {
                    streams.values[index].outbound.isQueued = false
                }
                flush(id, frames: frames)
            }
            queue = Array(round.dropFirst(served)) + queue
        }
    }

    /// Follows an END_STREAM flag that was written.
    mutating func finishSending(_ index: Int) {
        streams.values[index].outbound.end = .endStream
        streams.values[index].sentEnd()
        if streams.values[index].state == .closed { close(streams.keys[index], .finished) }
    }

    /// The application took octets that came in: open the windows again.
    mutating func consumed(_ count: Int, on id: StreamID) {
        guard count > 0, let index = streams.index(forKey: id) else { return }
        let given = min(count, streams.values[index].receiveWindow.held)
        release(given)
        let increment = streams.values[index].receiveWindow.release(given)
        if let increment, streams.values[index].state.receives {
            writer.windowUpdate(id, increment)
        }
    }

    // MARK: - Endings

    mutating func reset(_ id: StreamID, _ code: ErrorCode) {
        guard streams[id] != nil else { return }
        writer.resetStream(id, code)
        close(id, .resetLocally)
    }

    /// Resets the streams of which no buffered octet has moved since the last call.
    mutating func resetStalled(_ code: ErrorCode) -> [StreamID] {
        var stalled: [StreamID] = []
        for index in streams.values.indices where streams.values[index].outbound.count > 0 {
            if streams.values[index].outbound.hasWaited { stalled.append(streams.keys[index]) }
            streams.values[index].outbound.hasWaited = true
        }
        for id in stalled { reset(id, code) }
        return stalled
    }

    mutating func ping(_ payload: UInt64) {
        guard !isFailed else { return }
        pingsInFlight += 1
        writer.ping(payload, ack: false)
    }

    /// Announces that no stream after the last one known is taken.
    mutating func shutDown(_ code: ErrorCode, debug: [UInt8]) {
        guard !isFailed else { return }
        let last = min(goAwaySent ?? .last, highestRemote)
        goAwaySent = last
        writer.goAway(lastStream: last, code, debug: debug)
    }
}
