// SPDX-License-Identifier: Apache-2.0

import Bytes
public import HPACK

/// The server's side of one call.
///
/// ```
///           headers           expect            message*, END_STREAM           finish
/// awaiting ────────► accepted ──────► receiving ───────────────────► answering ──────► finished
///     └──────── anything wrong: refused, then finish ───────────────────┘
/// ```
///
/// Who owns the machine looks the method up when a call is accepted, and says with ``expect(_:)``
/// how many messages it takes, or ends the call with ``finish(_:_:)``.
///
/// The answer is ``start(_:)``, frames, then ``finish(_:_:)``; an answer without messages is
/// ``finish(_:_:)`` alone, which then gives the trailers-only form. A method that takes a stream
/// may answer, and end the call, before the request has ended.
public struct ServerCall: ~Copyable, Sendable {
    /// What the owner must do or pass on.
    public enum Output: Hashable, Sendable {
        /// The call is well-formed: ``ServerCall/expect(_:)`` its messages.
        case accepted(Request)
        /// One message: as it comes, or with the end when the method takes one.
        case message(Frame)
        /// The whole request is there.
        case end
        /// The request cannot be served: answer with ``ServerCall/finish(_:_:)``.
        case refused(Status)
        /// This is no gRPC request: answer with these headers and END_STREAM.
        case rejected([HeaderField])
        /// The client gave up; nothing may be sent.
        case cancelled
    }

    /// How the owner ends the stream.
    public enum Ending: Hashable, Sendable {
        /// These are headers with END_STREAM: there was no other answer.
        case trailersOnly([HeaderField])
        /// These are trailers.
        case trailers([HeaderField])
    }

    private enum State: ~Copyable {
        case awaiting
        case accepted(Deframer)
        case receiving(Deframer, Takes)
        case answering
        case finished
    }

    /// What the method takes.
    private enum Takes {
        case one(Frame?)
        case any
    }

    private let limit: Int
    private var state = State.awaiting
    private var hasStarted = false
    private var lacksEncoding = false

    /// Whether the client has sent all it wants to; if not, a finished stream must also be reset.
    public private(set) var requestHasEnded = false

    /// A stream that the client is opening; `limit` is the largest message it may send.
    public init(limit: Int = Framing.defaultLimit) {
        self.limit = limit
    }

    /// Takes the request's header section.
    public mutating func receive(headers: [HeaderField], endStream: Bool) -> [Output] {
        requestHasEnded = requestHasEnded || endStream
        switch exchange(&state, with: .finished) {
        case .awaiting:
            return begin(headers)
        case .accepted:
            return refuse(Self.headersTwice)
        case .receiving:
            return refuse(Self.headersTwice)
        case .answering:
            state = .answering
            return []
        case .finished:
            return []
        }
    }

    /// Says what the accepted method takes; the body is ready to be received then.
    public mutating func expect(_ shape: CallShape) -> [Output] {
        switch exchange(&state, with: .finished) {
        case .accepted(let deframer):
            let takes: Takes = shape.streamsRequests ? .any : .one(nil)
            return proceed(deframer, takes, [])
        case .awaiting:
            preconditionFailure("no call has been accepted")
        case .receiving:
            preconditionFailure("the call expects its messages already")
        case .answering:
            state = .answering
            return []
        case .finished:
            return []
        }
    }

    /// Takes a piece of the request's body.
    public mutating func receive(data: Span<UInt8>, endStream: Bool) -> [Output] {
        requestHasEnded = requestHasEnded || endStream
        switch exchange(&state, with: .finished) {
        case .awaiting:
            return refuse(Status(.internalError, "the client sent data ahead of its headers"))
        case .accepted:
            return refuse(Status(.internalError, "nobody said what the method takes"))
        case .receiving(let deframer, let takes):
            return read(data, deframer, takes)
        case .answering:
            state = .answering
            return []
        case .finished:
            return []
        }
    }

    /// Takes the client's RST_STREAM, or the loss of the connection.
    public mutating func receiveReset() -> [Output] {
        requestHasEnded = true
        switch exchange(&state, with: .finished) {
        case .finished: return []
        case .awaiting: return []
        case .accepted: return [.cancelled]
        case .receiving: return [.cancelled]
        case .answering: return [.cancelled]
        }
    }

    /// The response's header section, nil when it was sent or the call is over; `encoding` is that
    /// of the messages which are compressed.
    public mutating func start(
        _ metadata: Metadata = Metadata(),
        encoding: Encoding? = nil
    ) -> [HeaderField]? {
        guard isOpen, !hasStarted else { return nil }
        hasStarted = true
        guard let encoding else { return Self.responseHeaders + metadata.fields }
        let field = HeaderField(Encoding.field, encoding.rawValue)
        return Self.responseHeaders + [field] + metadata.fields
    }

    /// Ends the answer, nil when the call is over already.
    public mutating func finish(_ status: Status, _ metadata: Metadata = Metadata()) -> Ending? {
        guard isOpen else { return nil }
        state = .finished
        let accepted = lacksEncoding ? [Encoding.accepted] : []
        let trailers = status.trailers + accepted + metadata.fields
        if hasStarted { return .trailers(trailers) }
        return .trailersOnly(Self.responseHeaders + trailers)
    }

    /// Whether an answer is possible; it may come before the whole request is there.
    private var isOpen: Bool {
        switch state {
        case .accepted: true
        case .receiving: true
        case .answering: true
        case .awaiting: false
        case .finished: false
        }
    }

    private static let responseHeaders = [
        HeaderField(":status", "200"), HeaderField("content-type", ContentType.grpc),
    ]
}

extension ServerCall {
    private mutating func begin(_ headers: [HeaderField]) -> [Output] {
        guard headers.first(named: ":method") == "POST" else {
            return reject("405")
        }
        guard ContentType.isGRPC(headers.first(named: "content-type") ?? "") else {
            return reject("415")
        }
        let request: Request
        do throws(Status) { request = try Request(headers) } catch { return refuse(error) }
        let name = headers.first(named: Encoding.field) ?? Encoding.identity
        let encoding: Result<Encoding, Status>
        if let known = Encoding(rawValue: name) {
            encoding = .success(known)
        } else if name == Encoding.identity {
            let words = "a message is compressed and the call has no encoding"
            encoding = .failure(Status(.internalError, words))
        } else {
            lacksEncoding = true
            let words = "messages are compressed with \(name), which is not known here"
            return refuse(Status(.unimplemented, words))
        }
        state = .accepted(Deframer(limit: limit, encoding: encoding))
        return [.accepted(request)]
    }

    private mutating func read(
        _ data: Span<UInt8>,
        _ deframer: consuming Deframer,
        _ takes: Takes
    ) -> [Output] {
        var takes = takes
        var outputs: [Output] = []
        var reader = ByteReader(data)
        do throws(Status) {
            while let next = try deframer.next(from: &reader) {
                switch takes {
                case .one(nil): takes = .one(next)
                case .one: throw Self.wrongCount("more than one message")
                case .any: outputs.append(.message(next))
                }
            }
        } catch {
            return outputs + refuse(error)
        }
        return proceed(deframer, takes, outputs)
    }

    /// Waits for more of the request, or ends it when the client has.
    private mutating func proceed(
        _ deframer: consuming Deframer,
        _ takes: Takes,
        _ outputs: [Output]
    ) -> [Output] {
        guard requestHasEnded else {
            state = .receiving(deframer, takes)
            return outputs
        }
        guard deframer.isBetweenMessages else {
            return outputs + refuse(Status(.internalError, "the request was cut short"))
        }
        switch takes {
        case .one(nil):
            return refuse(Self.wrongCount("no message"))
        case .one(let message?):
            state = .answering
            return [.message(message), .end]
        case .any:
            state = .answering
            return outputs + [.end]
        }
    }

    private mutating func refuse(_ status: Status) -> [Output] {
        state = .answering
        return [.refused(status)]
    }

    private mutating func reject(_ httpStatus: String) -> [Output] {
        state = .finished
        return [.rejected([HeaderField(":status", httpStatus)])]
    }

    private static let headersTwice = Status(.internalError, "the client sent its headers twice")

    private static func wrongCount(_ what: String) -> Status {
        Status(.unimplemented, "the method takes one message and the client sent \(what)")
    }
}
