// SPDX-License-Identifier: Apache-2.0

import Connections
import Foundation
import GRPC
import Protobuf
import Synchronization
import Testing

@testable import RPC

/// `opi.test.Note` of Tests/peers/echo.proto.
struct Note: Message {
    var text = ""
    var number: UInt64 = 0
    var payload: [UInt8] = []
    var unknownFields = UnknownFields()

    init() {}

    init(_ text: String = "", number: UInt64 = 0, payload: [UInt8] = []) {
        self.text = text
        self.number = number
        self.payload = payload
    }

    mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&text)
        case 2: try field.read(&number)
        case 3: try field.read(&payload)
        default: try field.keep(in: &unknownFields)
        }
    }

    func encode(to writer: inout FieldWriter) {
        writer.write(1, text)
        writer.write(2, number)
        writer.write(3, payload)
        writer.write(unknownFields)
    }
}

/// `opi.test.Echo`, ours.
enum Echo {
    typealias EchoMethod = Method<Note, Note>

    static let `repeat` = EchoMethod("opi.test.Echo", "Repeat")
    static let fail = EchoMethod("opi.test.Echo", "Fail")
    static let wait = EchoMethod("opi.test.Echo", "Wait")
    static let grow = EchoMethod("opi.test.Echo", "Grow")
    static let count = EchoMethod("opi.test.Echo", "Count")
    static let `break` = EchoMethod("opi.test.Echo", "Break")
    static let hang = EchoMethod("opi.test.Echo", "Hang")
    static let headers = EchoMethod("opi.test.Echo", "Headers")

    /// What the methods have seen, for tests to look at.
    final class Log: Sendable {
        let sent = Mutex(0)
        let started = Mutex(0)
        let cancelled = Mutex(0)

        /// Whether no method that has started is still waiting.
        var allCancelled: Bool { cancelled.withLock { $0 } == started.withLock { $0 } }
    }

    static func services(_ log: Log = Log()) -> Services {
        var services = Services()
        services.handle(`repeat`) { (note, _) throws(Status) in note }
        services.handle(fail) { (note, _) throws(Status) in
            throw Status(StatusCode(rawValue: Int(note.number)), note.text)
        }
        services.handle(wait) { (note, _) throws(Status) in
            await log.sleep(.milliseconds(note.number))
            return note
        }
        services.handle(grow) { (note, _) throws(Status) in
            Note(payload: [UInt8](repeating: 0, count: Int(note.number)))
        }
        services.stream(count) { (note, writer, _) throws(Status) in
            try await log.count(note, to: writer)
        }
        services.stream(`break`) { (note, writer, _) throws(Status) in
            try await log.count(note, to: writer)
            throw Status(.notFound, note.text)
        }
        services.stream(hang) { (note, writer, _) throws(Status) in
            try await writer.send(note)
            await log.sleep(.seconds(60))
        }
        services.handle(headers) { (_, context) throws(Status) in
            let metadata = context.metadata
            return Note(
                metadata["x-echo"] ?? "",
                payload: metadata.bytes(of: "x-echo-bin").first ?? []
            )
        }
        return services
    }
}

extension Echo.Log {
    fileprivate func sleep(_ time: Duration) async {
        started.withLock { $0 += 1 }
        do {
            try await Task.sleep(for: time)
        } catch {
            cancelled.withLock { $0 += 1 }
        }
    }

    fileprivate func count(
        _ note: Note,
        to writer: ResponseWriter<Note>
    ) async throws(Status) {
        for number in 0..<note.number {
            try await writer.send(Note(note.text, number: number, payload: note.payload))
            sent.withLock { $0 += 1 }
        }
    }
}

/// A short path for a socket.
func temporaryPath() -> String {
    "/tmp/opi-\(UInt64.random(in: 0 ... .max)).sock"
}

/// Runs `body` beside a server of its own.
func withServer(
    _ kind: Kind = .unix,
    _ services: Services = Echo.services(),
    options: ServerOptions = ServerOptions(),
    _ body: (Endpoint) async throws -> Void
) async throws {
    var options = options
    try kind.secure(&options)
    let server = try await Server.bind(kind.endpoint(), services, options: options)
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { await server.run() }
        do {
            try await body(server.endpoint)
        } catch {
            group.cancelAll()
            throw error
        }
        group.cancelAll()
    }
}

/// Runs `body` with a client of a server of its own.
func withEcho(
    _ kind: Kind = .unix,
    _ services: Services = Echo.services(),
    options: ServerOptions = ServerOptions(),
    channel: ChannelOptions = ChannelOptions(),
    _ body: (Channel) async throws -> Void
) async throws {
    try await withServer(kind, services, options: options) { endpoint in
        var options = channel
        try kind.secure(&options)
        let channel = Channel(endpoint, options: options)
        do {
            try await body(channel)
        } catch {
            await channel.close()
            throw error
        }
        await channel.close()
    }
}

/// Expects that a note comes back as it went.
func expectEcho(
    of note: Note,
    over channel: Channel,
    location: SourceLocation = #_sourceLocation
) async throws {
    let answer = try await channel.unary(Echo.repeat, note, deadline: .seconds(20))
    #expect(answer == note, sourceLocation: location)
}

/// Runs `body`, which blocks, on a thread of its own: the pool's few threads are the server's.
func onThread<Result: Sendable>(
    _ body: @escaping @Sendable () throws -> Result
) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: .init(catching: body)) }
    }
}

/// The status that `body`, which blocks, throws.
func blockingStatus(of body: @escaping @Sendable () throws -> Void) async -> Status? {
    await status { try await onThread(body) }
}

/// The status that `body` throws.
func status(of body: () async throws -> Void) async -> Status? {
    do {
        try await body()
        return nil
    } catch {
        return error as? Status
    }
}
