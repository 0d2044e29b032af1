// SPDX-License-Identifier: Apache-2.0

import Bytes
public import HPACK

/// The caller's side of one call: what the HTTP/2 stream brings in, what the application sees out.
///
/// ```
///            headers                 data*, then trailers
/// awaiting ───────────► receiving ─────────────────────────► finished
///     └── headers with END_STREAM (trailers only), reset, failure ──┘
/// ```
///
/// The request is ``Request/headers`` and a ``Framing/frame(_:)`` for each message, all given to
/// the stream by the owner; a server may end the call before the request has ended. Every
/// call ends with exactly one ``Output/finished(_:trailers:)``; later input is ignored.
public struct ClientCall: ~Copyable, Sendable {
    /// What the owner must do or pass on.
    public enum Output: Hashable, Sendable {
        /// The server accepted the call and sent this ahead of its messages.
        case metadata(Metadata)
        /// One message of the response, without its prefix.
        case message(Frame)
        /// The stream must be reset with `CANCEL`: the rest of the response is of no use.
        case reset
        /// The call is over.
        case finished(Status, trailers: Metadata)
    }

    private enum State: ~Copyable {
        case awaiting
        case receiving(Deframer, messages: Int)
        case finished
    }

    private let shape: CallShape
    private let limit: Int
    private var state = State.awaiting

    /// A call whose request is about to be sent; `limit` is the largest message it accepts.
    public init(_ shape: CallShape, limit: Int = Framing.defaultLimit) {
        self.shape = shape
        self.limit = limit
    }

    /// Whether the call is over.
    public var isFinished: Bool {
        switch state {
        case .finished: true
        case .awaiting: false
        case .receiving: false
        }
    }

    /// Takes the response's header section.
    public mutating func receive(headers: [HeaderField], endStream: Bool) -> [Output] {
        switch exchange(&state, with: .finished) {
        case .awaiting:
            return start(headers, endStream: endStream)
        case .receiving:
            return abandon(Status(.internalError, "the server sent its headers twice"))
        case .finished:
            return []
        }
    }

    /// Takes a piece of the response's body.
    public mutating func receive(data: Span<UInt8>, endStream: Bool) -> [Output] {
        switch exchange(&state, with: .finished) {
        case .awaiting:
            return abandon(Status(.internalError, "the server sent data ahead of its headers"))
        case .receiving(let deframer, let messages):
            return read(data, deframer, messages, endStream: endStream)
        case .finished:
            return []
        }
    }

    /// Takes the response's trailer section, which always ends the stream.
    public mutating func receive(trailers: [HeaderField]) -> [Output] {
        switch exchange(&state, with: .finished) {
        case .awaiting:
            return finish(trailers, messages: 0)
        case .receiving(let deframer, let messages):
            let isWhole = deframer.isBetweenMessages
            return finish(trailers, messages: messages, isWhole: isWhole)
        case .finished:
            return []
        }
    }

    /// Takes the server's RST_STREAM with an HTTP/2 error code.
    public mutating func receive(reset code: UInt32) -> [Output] {
        fail(Status(resetCode: code))
    }

    /// Ends the call from this side: a lost connection, a deadline, a cancellation.
    public mutating func fail(_ status: Status) -> [Output] {
        if isFinished { return [] }
        state = .finished
        return [.finished(status, trailers: Metadata())]
    }
}

extension ClientCall {
    private mutating func start(_ headers: [HeaderField], endStream: Bool) -> [Output] {
        let http = headers.first(named: ":status") ?? "(none)"
        if http.hasPrefix("1"), !endStream {
            state = .awaiting
            return []
        }
        if endStream { return finish(headers, messages: 0) }
        guard http == "200" else {
            return abandon(Status(trailers: headers) ?? Status(httpStatus: http))
        }
        let type = headers.first(named: "content-type") ?? "(none)"
        guard ContentType.isGRPC(type) else {
            return abandon(Status(.unknown, "the server answered with content-type \(type)"))
        }
        let name = headers.first(named: Encoding.field) ?? Encoding.identity
        // We told the server what we can undo.
        let encoding =
            Encoding(rawValue: name).map(Result<Encoding, Status>.success)
            ?? .failure(Status(.internalError, "a message is compressed with \(name)"))
        state = .receiving(Deframer(limit: limit, encoding: encoding), messages: 0)
        return [.metadata(Metadata(received: headers))]
    }

    private mutating func read(
        _ data: Span<UInt8>,
        _ deframer: consuming Deframer,
        _ messages: Int,
        endStream: Bool
    ) -> [Output] {
        var outputs: [Output] = []
        var count = messages
        var reader = ByteReader(data)
        do throws(Status) {
            while let message = try deframer.next(from: &reader) {
                count += 1
                if !shape.streamsResponses, count > 1 {
                    throw Self.wrongCount("more than one message")
                }
                outputs.append(.message(message))
            }
        } catch {
            return outputs + abandon(error)
        }
        if endStream {
            let status = Status(.unknown, "the server ended the stream without a status")
            return outputs + [.finished(status, trailers: Metadata())]
        }
        state = .receiving(deframer, messages: count)
        return outputs
    }

    private mutating func finish(
        _ trailers: [HeaderField],
        messages: Int,
        isWhole: Bool = true
    ) -> [Output] {
        state = .finished
        var status = Status(trailers: trailers) ?? Self.synthesized(trailers)
        if status.isOK {
            if !isWhole {
                status = Status(.internalError, "the last message was cut short")
            } else if !shape.streamsResponses, messages == 0 {
                status = Self.wrongCount("no message")
            }
        }
        return [.finished(status, trailers: Metadata(received: trailers))]
    }

    /// Ends the call while the server is still sending.
    private mutating func abandon(_ status: Status) -> [Output] {
        state = .finished
        return [.reset, .finished(status, trailers: Metadata())]
    }

    private static func wrongCount(_ what: String) -> Status {
        Status(.unimplemented, "the server answered with \(what) where one is due")
    }

    private static func synthesized(_ trailers: [HeaderField]) -> Status {
        guard let http = trailers.first(named: ":status"), http != "200" else {
            return Status(.unknown, "the server ended the stream without a status")
        }
        return Status(httpStatus: http)
    }
}
