// SPDX-License-Identifier: Apache-2.0

import Bytes
public import HPACK

/// The server's side of one call that takes one message and answers with any number of them.
///
/// ```
///            headers              one message, END_STREAM               finish
/// awaiting ───────────► receiving ─────────────────────────► answering ────────► finished
///     └──────── anything wrong: refused, then finish ────────────┘
/// ```
///
/// The answer is ``start(_:)``, frames, then ``finish(_:_:)``; an answer without messages is
/// ``finish(_:_:)`` alone, which then gives the trailers-only form.
public struct ServerCall: ~Copyable, Sendable {
    /// What the owner must do or pass on.
    public enum Output: Hashable, Sendable {
        /// The call is well-formed; its message is still to come.
        case accepted(Request)
        /// The whole request is there; the method can run.
        case message([UInt8])
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
        case receiving(Deframer, message: [UInt8]?)
        case answering
        case finished
    }

    private let limit: Int
    private var state = State.awaiting
    private var hasStarted = false

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
            return begin(headers, endStream: endStream)
        case .receiving:
            return refuse(Status(.internalError, "the client sent its headers twice"))
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
        case .receiving(let deframer, let message):
            return read(data, deframer, message, endStream: endStream)
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
        case .receiving: return [.cancelled]
        case .answering: return [.cancelled]
        }
    }

    /// The response's header section, nil when it was sent or the call is over.
    public mutating func start(_ metadata: Metadata = Metadata()) -> [HeaderField]? {
        guard isAnswering, !hasStarted else { return nil }
        hasStarted = true
        return Self.responseHeaders + metadata.fields
    }

    /// Ends the answer, nil when the call is over already.
    public mutating func finish(_ status: Status, _ metadata: Metadata = Metadata()) -> Ending? {
        guard isOpen else { return nil }
        state = .finished
        let trailers = status.trailers + metadata.fields
        if hasStarted { return .trailers(trailers) }
        return .trailersOnly(Self.responseHeaders + trailers)
    }

    /// Whether an answer is possible; it may come before the whole request is there.
    private var isOpen: Bool {
        switch state {
        case .answering: true
        case .receiving: true
        case .awaiting: false
        case .finished: false
        }
    }

    private var isAnswering: Bool {
        switch state {
        case .answering: true
        case .awaiting: false
        case .receiving: false
        case .finished: false
        }
    }

    private static let responseHeaders = [
        HeaderField(":status", "200"), HeaderField("content-type", ContentType.grpc),
    ]
}

extension ServerCall {
    private mutating func begin(_ headers: [HeaderField], endStream: Bool) -> [Output] {
        guard headers.first(named: ":method") == "POST" else {
            return reject("405")
        }
        guard ContentType.isGRPC(headers.first(named: "content-type") ?? "") else {
            return reject("415")
        }
        let request: Request
        do throws(Status) { request = try Request(headers) } catch { return refuse(error) }
        if endStream { return refuse(Self.wrongCount("no message")) }
        let encoding = headers.first(named: "grpc-encoding") ?? "identity"
        // Without an encoding a compressed message breaks the protocol; with one we lack, it is
        // a feature that is missing here.
        let code: StatusCode = encoding == "identity" ? .internalError : .unimplemented
        let compressed = Status(code, "a message is compressed with \(encoding)")
        state = .receiving(Deframer(limit: limit, compressed: compressed), message: nil)
        return [.accepted(request)]
    }

    private mutating func read(
        _ data: Span<UInt8>,
        _ deframer: consuming Deframer,
        _ message: [UInt8]?,
        endStream: Bool
    ) -> [Output] {
        var message = message
        var reader = ByteReader(data)
        do throws(Status) {
            while let next = try deframer.next(from: &reader) {
                if message != nil { throw Self.wrongCount("more than one message") }
                message = next
            }
        } catch {
            return refuse(error)
        }
        guard endStream else {
            state = .receiving(deframer, message: message)
            return []
        }
        guard deframer.isBetweenMessages else {
            return refuse(Status(.internalError, "the request was cut short"))
        }
        guard let message else { return refuse(Self.wrongCount("no message")) }
        state = .answering
        return [.message(message)]
    }

    private mutating func refuse(_ status: Status) -> [Output] {
        state = .answering
        return [.refused(status)]
    }

    private mutating func reject(_ httpStatus: String) -> [Output] {
        state = .finished
        return [.rejected([HeaderField(":status", httpStatus)])]
    }

    private static func wrongCount(_ what: String) -> Status {
        Status(.unimplemented, "the method takes one message and the client sent \(what)")
    }
}

extension ServerCall {
    /// What a client opens a call with.
    public struct Request: Hashable, Sendable {
        /// `/service/method` as it came.
        public let path: String
        /// The virtual host the client means.
        public let authority: String?
        /// How long the client waits, nil for as long as it takes.
        public let timeout: Duration?
        /// What the client's application added.
        public let metadata: Metadata

        init(_ headers: [HeaderField]) throws(Status) {
            let path = headers.first(named: ":path") ?? ""
            let parts = path.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count == 3, parts[0].isEmpty, !parts[1].isEmpty, !parts[2].isEmpty else {
                throw Status(.unimplemented, "malformed method name \(path.debugDescription)")
            }
            self.path = path
            authority = headers.first(named: ":authority") ?? headers.first(named: "host")
            metadata = Metadata(received: headers)
            timeout = try headers.first(named: Timeout.field).map { text throws(Status) in
                guard let timeout = Timeout.decode(text) else {
                    throw Status(.internalError, "malformed grpc-timeout \(text.debugDescription)")
                }
                return timeout
            }
        }
    }
}
