// SPDX-License-Identifier: Apache-2.0

import HPACK

/// The verbs that only one of the two ends has.
extension Endpoint {
    /// Why a client can open no stream now, nil when it can.
    var refusal: RequestError? {
        if isFailed { return .closed }
        if isGoingAway { return .goingAway }
        if nextLocal > StreamID.last.rawValue { return .exhaustedIDs }
        if let limit = remote.maxConcurrentStreams.map({ Int($0) }), streams.count >= limit {
            return .tooManyStreams(limit: limit)
        }
        return nil
    }

    /// A client's request.
    mutating func open(
        _ fields: [HeaderField],
        endStream: Bool
    ) throws(RequestError) -> StreamID {
        if let refusal { throw refusal }
        let head: RequestHead
        do {
            head = try RequestHead(fields)
        } catch {
            throw .malformed(error)
        }
        try checkSize(fields)
        let id = StreamID(rawValue: nextLocal)
        nextLocal += 2
        insert(id, inbound: InboundMessage(awaitsHeaders: true, answersHead: head.isHead))
        writeHeaders(fields, endStream: endStream, on: id)
        followHeaders(endStream: endStream, on: id)
        return id
    }

    /// A server's response.
    mutating func respond(
        _ fields: [HeaderField],
        endStream: Bool,
        on id: StreamID
    ) throws(RequestError) {
        try requireAlive()
        guard let stream = streams[id] else { throw .streamClosed(id) }
        guard !stream.outbound.sentHeaders else { throw .outOfOrder(id) }
        let head: ResponseHead
        do {
            head = try ResponseHead(fields)
        } catch {
            throw .malformed(error)
        }
        guard !(head.isInformational && endStream) else { throw .outOfOrder(id) }
        try checkSize(fields)
        writeHeaders(fields, endStream: endStream, on: id)
        if !head.isInformational { followHeaders(endStream: endStream, on: id) }
    }

    private mutating func followHeaders(endStream: Bool, on id: StreamID) {
        guard let index = streams.index(forKey: id) else { return }
        streams.values[index].outbound.sentHeaders = true
        if endStream { finishSending(index) }
    }
}
