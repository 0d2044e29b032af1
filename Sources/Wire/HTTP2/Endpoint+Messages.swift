// SPDX-License-Identifier: Apache-2.0

import Bytes
import HPACK

/// HEADERS, CONTINUATION and DATA as they come in (RFC 9113 § 6.1, § 6.2, § 6.10, § 8.1).
extension Endpoint {
    // MARK: - Header sections

    mutating func receiveHeaders(
        _ fragment: Span<UInt8>,
        _ flags: SectionFlags,
        endHeaders: Bool,
        on id: StreamID
    ) throws(Violation) {
        if endHeaders {
            try receiveBlock(fragment, flags, on: id)
        } else {
            block = try HeaderBlock(id, fragment, flags, limits: limits)
        }
    }

    mutating func receiveContinuation(
        _ fragment: Span<UInt8>,
        endHeaders: Bool
    ) throws(Violation) {
        try block?.continue(fragment, limits: limits)
        guard endHeaders, let complete = block.take() else { return }
        let bytes = complete.bytes
        try receiveBlock(bytes.span, complete.flags, on: complete.stream)
    }

    /// A complete header block: decoded whatever its stream is, to keep the tables in step.
    private mutating func receiveBlock(
        _ block: Span<UInt8>,
        _ flags: SectionFlags,
        on id: StreamID
    ) throws(Violation) {
        let fields = try decode(block, of: id)
        guard !flags.dependsOnItself else { throw refuse(id, .protocolError) }
        if streams[id] != nil {
            try receiveSection(fields, endStream: flags.endStream, on: id)
        } else if role == .server, id.isClientInitiated, isIdle(id) {
            try accept(fields, endStream: flags.endStream, on: id)
        } else {
            try receiveOnMissing(id, isHeaders: true)
        }
    }

    /// A list above our limit costs its stream alone; everything else that is wrong with a block
    /// puts the tables out of step.
    private mutating func decode(
        _ block: Span<UInt8>,
        of id: StreamID
    ) throws(Violation) -> [HeaderField] {
        do {
            return try decoder.decode(block)
        } catch .listTooLarge {
            throw refuse(id, .enhanceYourCalm)
        } catch {
            throw .connection(.compressionError, error.description)
        }
    }

    /// The error of a stream whose header section is not looked at; if it opens the stream, the
    /// stream's number is used up.
    private mutating func refuse(_ id: StreamID, _ code: ErrorCode) -> Violation {
        if role == .server, id.isClientInitiated, isIdle(id) { highestRemote = id }
        return .stream(id, code)
    }

    /// A client opens a stream.
    private mutating func accept(
        _ fields: [HeaderField],
        endStream: Bool,
        on id: StreamID
    ) throws(Violation) {
        highestRemote = id
        let limit = local.maxConcurrentStreams.map { Int($0) } ?? .max
        guard goAwaySent == nil, streams.count < limit else {
            throw .stream(id, .refusedStream)
        }
        let head = try wellFormed(id) { () throws(Malformation) in try RequestHead(fields) }
        let inbound = InboundMessage(awaitsHeaders: false, remaining: head.contentLength)
        try requireBody(inbound, endStream: endStream, on: id)
        insert(id, inbound: inbound)
        deliver(.headers(id, fields, endStream: endStream), endStream: endStream, on: id)
    }

    /// A header section on a stream that is in the table: a response, or trailers.
    private mutating func receiveSection(
        _ fields: [HeaderField],
        endStream: Bool,
        on id: StreamID
    ) throws(Violation) {
        guard let stream = streams[id], stream.state.receives else {
            throw .stream(id, .streamClosed)
        }
        guard !stream.inbound.awaitsHeaders else {
            return try receiveResponse(fields, endStream: endStream, on: id)
        }
        try wellFormed(id) { () throws(Malformation) in try FieldValidation.checkTrailers(fields) }
        guard endStream else { throw .stream(id, .protocolError) }
        try requireBody(stream.inbound, endStream: true, on: id)
        deliver(.trailers(id, fields), endStream: true, on: id)
    }

    private mutating func receiveResponse(
        _ fields: [HeaderField],
        endStream: Bool,
        on id: StreamID
    ) throws(Violation) {
        let head = try wellFormed(id) { () throws(Malformation) in try ResponseHead(fields) }
        guard !head.isInformational else {
            guard !endStream else { throw .stream(id, .protocolError) }
            try flood.idleFrame()
            return
        }
        guard let index = streams.index(forKey: id) else { return }
        var inbound = streams.values[index].inbound
        inbound.awaitsHeaders = false
        inbound.remaining = inbound.answersHead || head.hasNoBody ? nil : head.contentLength
        try requireBody(inbound, endStream: endStream, on: id)
        streams.values[index].inbound = inbound
        deliver(.headers(id, fields, endStream: endStream), endStream: endStream, on: id)
    }

    /// A malformed message is a stream error (§ 8.1.1).
    private func wellFormed<Head>(
        _ id: StreamID,
        _ check: () throws(Malformation) -> Head
    ) throws(Violation) -> Head {
        do {
            return try check()
        } catch {
            throw .stream(id, .protocolError)
        }
    }

    /// "A request or response is also malformed if the value of a content-length header field does
    /// not equal the sum of the DATA frame payload lengths" (§ 8.1.1).
    private func requireBody(
        _ inbound: InboundMessage,
        endStream: Bool,
        on id: StreamID
    ) throws(Violation) {
        let remaining = inbound.remaining ?? 0
        guard remaining >= 0, remaining == 0 || !endStream else {
            throw .stream(id, .protocolError)
        }
    }

    // MARK: - Bodies

    mutating func receiveData(
        _ body: Span<UInt8>,
        length: Int,
        endStream: Bool,
        on id: StreamID
    ) throws(Violation) {
        guard receiveWindow.take(length) else {
            throw .connection(.flowControlError, "DATA exceeds the connection's window")
        }
        guard let index = streams.index(forKey: id) else {
            release(length)
            return try receiveOnMissing(id, isHeaders: false)
        }
        // From here on the stream holds the octets, and gives them back when it is closed.
        guard streams.values[index].receiveWindow.take(length) else {
            throw .stream(id, .flowControlError)
        }
        guard streams.values[index].state.receives else { throw .stream(id, .streamClosed) }
        guard !streams.values[index].inbound.awaitsHeaders else {
            throw .stream(id, .protocolError)
        }
        if let remaining = streams.values[index].inbound.remaining {
            streams.values[index].inbound.remaining = remaining - body.count
            try requireBody(streams.values[index].inbound, endStream: endStream, on: id)
        }
        consumed(length - body.count, on: id)
        guard !body.isEmpty || endStream else { return try flood.idleFrame() }
        let bytes = [UInt8](copying: body)
        deliver(.data(id, bytes, endStream: endStream), endStream: endStream, on: id)
    }

    /// Reports an event that brings the stream forward, and maybe to its end.
    private mutating func deliver(_ event: Event, endStream: Bool, on id: StreamID) {
        flood.progress()
        events.append(event)
        guard endStream, let index = streams.index(forKey: id) else { return }
        streams.values[index].receivedEnd()
        if streams.values[index].state == .closed { close(id, .finished) }
    }

    /// HEADERS or DATA on a stream that is not in the table (§ 5.1, "closed", and § 5.1.1).
    private mutating func receiveOnMissing(_ id: StreamID, isHeaders: Bool) throws(Violation) {
        guard !isIdle(id) else {
            throw .connection(.protocolError, "HEADERS or DATA on \(id), which is idle")
        }
        switch closed.end(of: id) {
        case .resetLocally:
            try flood.idleFrame()
        case .resetByPeer:
            throw .stream(id, .streamClosed)
        case .finished:
            throw .connection(.streamClosed, "HEADERS or DATA on \(id), which has ended")
        case nil:
            guard role == .client || !isHeaders else {
                throw .connection(.protocolError, "\(id) is opened after a higher one")
            }
            throw .stream(id, .streamClosed)
        }
    }
}
