// SPDX-License-Identifier: Apache-2.0

import Connections
import GRPC
import Gzip
import HPACK
import HTTP2
import Kernel
import Protobuf
import Synchronization
import TestSupport
import Testing

@testable import RPC

/// Our server against clients made of raw frames.
@Suite struct WireTests {
    /// A client that says what it likes.
    private struct Client: ~Copyable {
        private let socket: UnixStream
        private var machine = ClientConnection()

        init(_ endpoint: Endpoint) throws {
            guard case .unix(let path) = endpoint else { preconditionFailure("not a Unix socket") }
            socket = try UnixStream(connectingTo: path, deadline: .after(.seconds(5)))
        }

        mutating func open(_ fields: [HeaderField], _ body: [UInt8]?, end: Bool) throws -> StreamID
        {
            let stream = try machine.open(fields, endStream: body == nil && end)
            if let body { try machine.send(body, endStream: end, on: stream) }
            try write()
            return stream
        }

        mutating func reset(_ stream: StreamID) throws {
            machine.reset(stream, .cancel)
            try write()
        }

        /// Sends all that is buffered for a stream.
        mutating func flush(_ stream: StreamID) throws {
            while machine.buffered(on: stream) > 0 { _ = try events() }
        }

        /// Reads until the stream has ended; the status it ended with, nil for a reset.
        mutating func status(of stream: StreamID) throws -> String? {
            while true {
                for event in try events() {
                    switch event {
                    case .trailers(stream, let fields), .headers(stream, let fields, true):
                        let names = ["grpc-status", ":status"]
                        return names.lazy.compactMap { name in
                            fields.first { $0.name == name }?.value
                        }.first
                    case .reset(stream, _, _):
                        return nil
                    default:
                        break
                    }
                }
            }
        }

        private mutating func events() throws -> [Event] {
            let bytes = try socket.read(upTo: 10_000, deadline: .after(.seconds(20)))
            if bytes.isEmpty { throw ConnectionFailure(.unix(path: "client"), .closedByPeer) }
            let events = try machine.receive(bytes.span)
            try write()
            return events
        }

        private mutating func write() throws {
            try socket.write(machine.takeOutput(), deadline: .after(.seconds(5)))
        }
    }

    private static let path = "/opi.test.Echo/Repeat"

    private func headers(_ extra: (String, String)..., path: String = path) -> [HeaderField] {
        ClientCall.Request(path: path).headers.filter { field in
            !extra.contains { $0.0 == field.name }
        } + extra.map { HeaderField($0.0, $0.1) }
    }

    @Test(.timeLimit(.minutes(1)), arguments: ["99999999H", "99999999S", "1H", "99999999M"])
    func `a timeout without end is one`(timeout: String) async throws {
        try await withServer { endpoint in
            try await onThread {
                var client = try Client(endpoint)
                let body = Framing.frame(Note("x").encoded())
                let stream = try client.open(headers(("grpc-timeout", timeout)), body, end: true)
                #expect(try client.status(of: stream) == "0")
            }
        }
    }

    @Test(.timeLimit(.minutes(1)), arguments: [("0n", "4"), ("soon", "13"), ("123456789S", "13")])
    func `a timeout that is over or none is refused`(timeout: String, status: String) async throws {
        try await withServer { endpoint in
            try await onThread {
                var client = try Client(endpoint)
                let stream = try client.open(
                    headers(("grpc-timeout", timeout), path: "/opi.test.Echo/Wait"),
                    Framing.frame(Note(number: 60_000).encoded()),
                    end: true
                )
                #expect(try client.status(of: stream) == status)
            }
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `requests together may not exceed what the server wants to hold`() async throws {
        var options = ServerOptions()
        options.requestBytes = 1 << 20
        try await withServer(options: options) { endpoint in
            try await onThread {
                var client = try Client(endpoint)
                let half = hex("00 00300000") + [UInt8](repeating: 0, count: 600 << 10)
                let first = try client.open(headers(), half, end: false)
                try client.flush(first)
                let second = try client.open(headers(), half, end: false)
                #expect(try client.status(of: second) == "8")
                try client.reset(first)
                let third = try client.open(headers(), Framing.frame([]), end: true)
                #expect(try client.status(of: third) == "0")
            }
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `compressed messages are inflated as far as the limit, or refused`() async throws {
        let bomb = try #require(Gzip.deflate([UInt8](repeating: 0, count: 64 << 20)))
        let note = try #require(Gzip.deflate(Note("x").encoded()))
        try await withServer { endpoint in
            try await onThread {
                var client = try Client(endpoint)
                for (encoding, message, status) in [
                    ("gzip", note, "0"), ("gzip", bomb, "8"), ("gzip", [1, 2], "13"),
                    ("identity", note, "13"), ("br", note, "12"),
                ] {
                    let stream = try client.open(
                        headers(("grpc-encoding", encoding)),
                        Framing.frame(message, compressed: true),
                        end: true
                    )
                    try client.flush(stream)
                    #expect(try client.status(of: stream) == status)
                }
            }
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `one connection's requests leave room for those of others`() async throws {
        var options = ServerOptions()
        options.connectionRequestBytes = 1 << 20
        try await withServer(options: options) { endpoint in
            try await onThread {
                var greedy = try Client(endpoint)
                var modest = try Client(endpoint)
                let half = hex("00 00300000") + [UInt8](repeating: 0, count: 600 << 10)
                let first = try greedy.open(headers(), half, end: false)
                try greedy.flush(first)
                let second = try greedy.open(headers(), half, end: false)
                #expect(try greedy.status(of: second) == "8")
                let theirs = try modest.open(headers(), half, end: false)
                try modest.flush(theirs)
                let small = try modest.open(headers(), Framing.frame([]), end: true)
                #expect(try modest.status(of: small) == "0")
                try greedy.reset(first)
                let third = try greedy.open(headers(), Framing.frame([]), end: true)
                #expect(try greedy.status(of: third) == "0")
            }
        }
    }

    @Test(.timeLimit(.minutes(1)), arguments: ["Headers", "Converse"])
    func `what compressed requests unfold to counts, and is given back`(name: String) async throws {
        var services = Echo.services()
        let converse = Method<Note, Note>("opi.test.Echo", "Converse")
        services.converse(converse) { (requests, writer, _) throws(Status) in
            for try await note in requests { try await writer.send(Note(number: note.number)) }
        }
        let large = try #require(
            Gzip.deflate(Note(payload: [UInt8](repeating: 0, count: 3 << 20)).encoded())
        )
        let fair = try #require(
            Gzip.deflate(
                Note(number: 1, payload: [UInt8](repeating: 0, count: 600 << 10)).encoded()
            )
        )
        for keyPath in [\ServerOptions.requestBytes, \.connectionRequestBytes] {
            var options = ServerOptions()
            options[keyPath: keyPath] = 1 << 20
            try await withServer(.unix, services, options: options) { endpoint in
                try await onThread {
                    var client = try Client(endpoint)
                    // A stream may unfold more than the limit, one message after the other.
                    let copies = name == "Headers" ? 1 : 5
                    let many = Array(
                        repeating: Framing.frame(fair, compressed: true),
                        count: copies
                    )
                    for (body, status) in [
                        (Framing.frame(large, compressed: true), "8"), (many.flatMap(\.self), "0"),
                        (Framing.frame(large, compressed: true), "8"), (many.flatMap(\.self), "0"),
                    ] {
                        let stream = try client.open(
                            headers(("grpc-encoding", "gzip"), path: "/opi.test.Echo/\(name)"),
                            body,
                            end: true
                        )
                        #expect(try client.status(of: stream) == status)
                    }
                }
            }
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `what is no gRPC gets an answer in HTTP`() async throws {
        try await withServer { endpoint in
            try await onThread {
                var client = try Client(endpoint)
                let json = try client.open(headers(("content-type", "text/json")), [1], end: true)
                #expect(try client.status(of: json) == "415")
                let get = [
                    HeaderField(":method", "GET"), HeaderField(":scheme", "http"),
                    HeaderField(":path", "/"), HeaderField(":authority", "x"),
                ]
                let page = try client.open(get, nil, end: true)
                #expect(try client.status(of: page) == "405")
            }
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `calls that are reset before they run do not run`() async throws {
        let log = Echo.Log()
        try await withServer(.unix, Echo.services(log)) { endpoint in
            try await onThread {
                var client = try Client(endpoint)
                let body = Framing.frame(Note(number: 60_000).encoded())
                for _ in 0..<300 {
                    let headers = headers(path: "/opi.test.Echo/Wait")
                    try client.reset(try client.open(headers, body, end: true))
                }
                let last = try client.open(headers(), Framing.frame([]), end: true)
                #expect(try client.status(of: last) == "0")
            }
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a reader that stops does not make the server collect answers`() async throws {
        let log = Echo.Log()
        try await withServer(.unix, Echo.services(log)) { endpoint in
            try await onThread {
                var settings = Settings.standard
                settings.initialWindowSize = 1 << 30
                guard case .unix(let path) = endpoint else { return }
                let socket = try UnixStream(connectingTo: path, deadline: .after(.seconds(5)))
                var limits = ConnectionLimits.standard
                limits.connectionWindow = 1 << 30
                var machine = ClientConnection(settings: settings, limits: limits)
                let stream = try machine.open(
                    headers(path: "/opi.test.Echo/Count"),
                    endStream: false
                )
                let request = Note(number: 100_000, payload: [UInt8](repeating: 0, count: 1000))
                try machine.send(Framing.frame(request.encoded()), endStream: true, on: stream)
                try socket.write(machine.takeOutput(), deadline: .after(.seconds(5)))
                Clocks.sleep(for: .milliseconds(500))
                // The kernel's buffers, the channel's and ours: far from a hundred megabytes.
                #expect(log.sent.withLock { $0 } < 5_000)
            }
        }
    }
}
