// SPDX-License-Identifier: Apache-2.0

import Connections
public import GRPC
import HPACK
import HTTP2
public import Kernel
import Protobuf

/// A client on a Unix socket that blocks the calling thread: no event loop, no task, no thread.
///
/// Every call makes its own connection, for programs that make one and exit.
public struct BlockingClient: Sendable {
    private let path: String
    private let userAgent: String
    private let limit: Int

    /// A client of the server that listens at `unixPath`.
    public init(
        unixPath: String,
        userAgent: String = "opi-xpu",
        messageLimit: Int = Framing.defaultLimit
    ) {
        path = unixPath
        self.userAgent = userAgent
        limit = messageLimit
    }

    /// Makes a call with one answer; `deadline` covers everything, connecting included.
    ///
    /// - Throws: ``GRPC/Status``, `UNAVAILABLE` when nobody listens.
    public func unary<Q, R>(
        _ method: Method<Q, R>,
        _ request: Q,
        deadline: Deadline,
        metadata: Metadata = Metadata()
    ) throws(Status) -> R {
        let body = try request.framed(limit: limit)
        let headers = ClientCall.Request(
            path: method.path,
            timeout: deadline.remaining,
            userAgent: userAgent,
            metadata: metadata
        ).headers
        let answer: Result<Frame, Status>
        do throws(ConnectionFailure) {
            answer = try exchange(headers, body, deadline)
        } catch {
            throw deadline.hasPassed
                ? Status(.deadlineExceeded, error.description) : Status(error)
        }
        return try R(received: try answer.get(), limit: limit)
    }

    private func exchange(
        _ headers: [HeaderField],
        _ body: [UInt8],
        _ deadline: Deadline
    ) throws(ConnectionFailure) -> Result<Frame, Status> {
        var connection = try BlockingConnection(unixPath: path, deadline: deadline)
        let stream: StreamID
        do throws(RequestError) {
            stream = try connection.open(headers, body: body)
        } catch {
            return .failure(Status(error))
        }
        var answer = Answer(limit: limit)
        while true {
            for event in try connection.events() {
                if let ending = answer.take(event) { return ending }
                if case .data(_, let bytes, _) = event {
                    connection.consumed(bytes.count, on: stream)
                }
            }
        }
    }
}

/// The answer to the only call of a connection, as it comes in.
private struct Answer: ~Copyable {
    private var machine: ClientCall
    private var message = Frame([])

    init(limit: Int) {
        machine = ClientCall(.unary, limit: limit)
    }

    /// The message or how else the call has ended, once it has.
    mutating func take(_ event: Event) -> Result<Frame, Status>? {
        for output in outputs(of: event) {
            switch output {
            case .metadata, .reset: break
            case .message(let frame): message = frame
            case .finished(let status, _): return status.isOK ? .success(message) : .failure(status)
            }
        }
        return nil
    }

    private mutating func outputs(of event: Event) -> [ClientCall.Output] {
        switch event {
        case .headers(_, let fields, let endStream):
            machine.receive(headers: fields, endStream: endStream)
        case .data(_, let bytes, let endStream):
            machine.receive(data: bytes.span, endStream: endStream)
        case .trailers(_, let fields): machine.receive(trailers: fields)
        case .reset(_, let code, _): machine.receive(reset: code.rawValue)
        case .writable, .settings, .pong, .goAway: []
        }
    }
}
