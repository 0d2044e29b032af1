// SPDX-License-Identifier: Apache-2.0

import Bytes

/// Bytes to frames, frames to verbs, and errors to their scope (RFC 9113 § 4.1, § 5.4).
extension Endpoint {
    /// Takes bytes in any fragmentation.
    mutating func receive(_ bytes: Span<UInt8>) throws(ConnectionError) -> [Event] {
        if case .failed(let failure) = phase { throw failure }
        do throws(Violation) {
            try process(bytes)
        } catch {
            throw fail(error)
        }
        return takeEvents()
    }

    /// The events collected so far.
    mutating func takeEvents() -> [Event] {
        guard !events.isEmpty else { return [] }
        let taken = events
        events = []
        return taken
    }

    /// Says goodbye and drops everything.
    private mutating func fail(_ violation: Violation) -> ConnectionError {
        let failure =
            switch violation {
            case .connection(let error): error
            case .stream(let id, let code): ConnectionError(code, "\(id) broke the protocol")
            }
        let last = min(goAwaySent ?? .last, highestRemote)
        writer.goAway(lastStream: last, failure.code, debug: Array(failure.reason.utf8))
        phase = .failed(failure)
        streams = StreamTable()
        queue = []
        carry = []
        block = nil
        return failure
    }

    private mutating func process(_ bytes: Span<UInt8>) throws(Violation) {
        var position = try matchPreface(bytes)
        if !carry.isEmpty {
            position = try completeCarried(bytes, from: position)
            guard carry.isEmpty else { return }
        }
        while let end = try frame(in: bytes, at: position) {
            position = end
        }
        guard position < bytes.count else { return }
        carry.append(copying: bytes.extracting(position..<bytes.count))
    }

    /// Compares the first octets a server gets with the client's preface; returns how many it took.
    private mutating func matchPreface(_ bytes: Span<UInt8>) throws(Violation) -> Int {
        guard case .preface(var matched) = phase else { return 0 }
        let preface = FrameWriter.clientPreface
        var position = 0
        while position < bytes.count, matched < preface.count {
            guard bytes[position] == preface[matched] else {
                throw .connection(.protocolError, "the client does not speak HTTP/2")
            }
            position += 1
            matched += 1
        }
        phase = matched < preface.count ? .preface(matched: matched) : .awaitsSettings
        return position
    }

    /// Handles the frame at `position` when all of it is there; returns where it ends.
    private mutating func frame(
        in bytes: Span<UInt8>,
        at position: Int
    ) throws(Violation) -> Int? {
        let start = position + FrameHeader.size
        guard start <= bytes.count else { return nil }
        let header = FrameHeader(bytes, at: position)
        try admit(header)
        guard header.length <= bytes.count - start else { return nil }
        try handle(header, bytes.extracting(start..<(start + header.length)))
        return start + header.length
    }

    /// Adds to a frame that began in earlier bytes, and handles it when it is complete.
    private mutating func completeCarried(
        _ bytes: Span<UInt8>,
        from position: Int
    ) throws(Violation) -> Int {
        var position = position
        carry(bytes, from: &position, upTo: FrameHeader.size)
        guard carry.count >= FrameHeader.size else { return position }
        let header = FrameHeader(carry.span, at: 0)
        try admit(header)
        carry(bytes, from: &position, upTo: FrameHeader.size + header.length)
        guard carry.count == FrameHeader.size + header.length else { return position }
        var whole: [UInt8] = []
        swap(&whole, &carry)
        try handle(header, whole.span.extracting(FrameHeader.size..<whole.count))
        whole.removeAll(keepingCapacity: true)
        swap(&whole, &carry)
        return position
    }

    private mutating func carry(_ bytes: Span<UInt8>, from position: inout Int, upTo size: Int) {
        let end = min(position + max(size - carry.count, 0), bytes.count)
        carry.append(copying: bytes.extracting(position..<end))
        position = end
    }

    /// What can be said about a frame before its payload is there.
    private mutating func admit(_ header: FrameHeader) throws(Violation) {
        guard header.length <= Int(local.maxFrameSize) else {
            throw .connection(.frameSizeError, "frame exceeds MAX_FRAME_SIZE")
        }
        if phase == .awaitsSettings {
            guard header.type == .settings, !header.flags.contains(.ack) else {
                throw .connection(.protocolError, "the first frame is not SETTINGS")
            }
        }
        try HeaderBlock.admit(header, during: block)
    }

    private mutating func handle(
        _ header: FrameHeader,
        _ payload: Span<UInt8>
    ) throws(Violation) {
        do throws(Violation) {
            try dispatch(try Frame(header, payload))
        } catch {
            guard case .stream(let id, let code) = error else { throw error }
            try endStream(id, for: code)
        }
        if block == nil { completed += 1 }
        guard writer.answers <= limits.queuedAnswers else {
            throw .connection(.enhanceYourCalm, "too many answers are waiting for the peer")
        }
    }

    private mutating func dispatch(_ frame: Frame) throws(Violation) {
        switch frame {
        case .data(let id, let body, let length, let endStream):
            try receiveData(body, length: length, endStream: endStream, on: id)
        case .headers(let id, let fragment, let flags, let endHeaders):
            try receiveHeaders(fragment, flags, endHeaders: endHeaders, on: id)
        case .continuation(_, let fragment, let endHeaders):
            try receiveContinuation(fragment, endHeaders: endHeaders)
        case .resetStream(let id, let code):
            try receiveReset(code, on: id)
        case .settings(let payload):
            try receiveSettings(payload)
        case .settingsAck:
            try receiveSettingsAck()
        case .pushPromise:
            throw .connection(.protocolError, "PUSH_PROMISE, which was not enabled")
        case .ping(let payload, let ack):
            try receivePing(payload, ack: ack)
        case .goAway(let last, let code, let debug):
            try receiveGoAway(last, code, [UInt8](copying: debug))
        case .windowUpdate(let id, let increment):
            try receiveWindowUpdate(Int(increment), on: id)
        case .priority, .unknown:
            try flood.idleFrame()
        }
    }

    /// Ends one stream for an error of the peer (RFC 9113 § 5.4.2).
    ///
    /// An idle stream cannot be reset, so there the connection ends.
    private mutating func endStream(_ id: StreamID, for code: ErrorCode) throws(Violation) {
        guard !isIdle(id) else {
            throw .connection(code, "a wrong frame for \(id), which is idle")
        }
        try flood.reset()
        writer.resetStream(id, code)
        writer.countAnswer()
        if streams[id] == nil {
            closed.record(id, .resetLocally)
        } else {
            close(id, .resetLocally)
            events.append(.reset(id, code, byPeer: false))
        }
    }
}
