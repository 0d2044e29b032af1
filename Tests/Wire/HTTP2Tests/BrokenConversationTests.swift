// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import HTTP2

/// What a client breaks only in the course of a conversation, and what is left after it.
@Suite struct BrokenConversationTests {
    @Test func `more DATA than the connection's window`() throws {
        var server = ServerConnection(settings: Settings(initialWindowSize: 1 << 20), limits: small)
        _ = try server.receive(clientGreeting + headers(request()))
        let data = frame(.data, on: 1, [UInt8](repeating: 0, count: 16384))
        for _ in 0..<3 { _ = try server.receive(data) }
        let failure = try #require(
            throws: ConnectionError.self
        ) { try server.receive(data) }
        #expect(failure.code == .flowControlError)
        #expect(throws: failure) { try server.receive([]) }
    }

    @Test func `DATA after both ends are done`() throws {
        var server = ServerConnection(settings: .initial)
        _ = try server.receive(clientGreeting + headers(request(), .endStream))
        try server.respond(okay, endStream: true, on: .one)
        _ = try server.receive(
            (windowUpdate(1, on: 1) + frame(.resetStream, on: 1, octets(0)))
        )
        let late = frame(.data, on: 1, [1])
        let failure = #expect(throws: ConnectionError.self) { try server.receive(late) }
        #expect(failure?.code == .streamClosed)
    }

    @Test func `what came before a broken frame is not lost`() throws {
        var server = ServerConnection(settings: .initial)
        _ = try server.receive(clientGreeting)
        #expect(throws: ConnectionError.self) {
            try server.receive(headers(request(), .endStream) + windowUpdate(0))
        }
        #expect(server.takeEvents() == [.headers(.one, request(), endStream: true)])
        #expect(throws: RequestError.closed) {
            try server.respond(okay, endStream: true, on: .one)
        }
    }

    private var small: ConnectionLimits {
        var limits = ConnectionLimits.standard
        limits.connectionWindow = 65535
        return limits
    }
}
