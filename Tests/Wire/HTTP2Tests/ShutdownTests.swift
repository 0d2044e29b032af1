// SPDX-License-Identifier: Apache-2.0

import HPACK
import TestSupport
import Testing

@testable import HTTP2

/// RFC 9113 § 6.8 and § 5.1.2.
@Suite struct ShutdownTests {
    @Test func `a server drains`() throws {
        var pair = try Pair()
        let old = try pair.client.open(request(), endStream: true)
        _ = try pair.exchange()
        pair.server.shutDown(debug: Array("bye".utf8))
        // This one crosses the GOAWAY on its way.
        let new = try pair.client.open(request(), endStream: true)
        let events = try pair.exchange()
        #expect(
            events.client == [
                .goAway(lastStream: old, .noError, debug: Array("bye".utf8)),
                .reset(new, .refusedStream, byPeer: true),
            ]
        )
        #expect(events.server == [])
        #expect(throws: RequestError.goingAway) {
            try pair.client.open(request(), endStream: true)
        }
        #expect(pair.client.canOpenStream == false)
        #expect(pair.server.isGoingAway == true)
        #expect(pair.server.isClosed == false)
        try pair.server.respond(okay, endStream: true, on: old)
        #expect(try pair.exchange().client == [.headers(old, okay, endStream: true)])
        #expect(pair.server.isClosed == true)
        #expect(pair.client.isClosed == true)
    }

    @Test func `a client leaves when its streams are done`() throws {
        var pair = try Pair()
        let id = try pair.client.open(request(), endStream: true)
        pair.client.shutDown()
        let events = try pair.exchange()
        #expect(events.server.last == .goAway(lastStream: .init(rawValue: 0), .noError, debug: []))
        #expect(pair.client.isClosed == false)
        try pair.server.respond(okay, endStream: true, on: id)
        _ = try pair.exchange()
        #expect(pair.client.isClosed == true)
    }

    @Test func `a second GOAWAY never takes back the first`() throws {
        var pair = try Pair()
        pair.server.shutDown()
        let late = try pair.client.open(request(), endStream: true)
        _ = try pair.exchange()
        pair.server.shutDown(.internalError)
        let output = RawFrame.all(in: pair.server.takeOutput())
        #expect(output.last?.payload == octets(0) + octets(2))
        #expect(late == .one)
    }

    @Test func `the client waits for a free stream`() throws {
        var pair = try Pair(server: Settings(maxConcurrentStreams: 1))
        _ = try pair.exchange()
        let first = try pair.client.open(request(), endStream: true)
        #expect(pair.client.canOpenStream == false)
        #expect(throws: RequestError.tooManyStreams(limit: 1)) {
            try pair.client.open(request(), endStream: true)
        }
        _ = try pair.exchange()
        try pair.server.respond(okay, endStream: true, on: first)
        _ = try pair.exchange()
        #expect(try pair.client.open(request(), endStream: true) == .three)
    }

    @Test func `a stream opened before the limit was known is refused`() throws {
        var pair = try Pair(server: Settings(maxConcurrentStreams: 1))
        _ = try pair.client.open(request(), endStream: true)
        let second = try pair.client.open(request(), endStream: true)
        let events = try pair.exchange()
        #expect(events.client == [.reset(second, .refusedStream, byPeer: true)])
        #expect(events.server.count == 1)
    }

    @Test func `the last number is the last stream`() throws {
        var endpoint = Endpoint(.client, .initial, .standard)
        endpoint.nextLocal = 0x7fff_ffff
        #expect(try endpoint.open(request(), endStream: true) == .last)
        #expect(throws: RequestError.exhaustedIDs) {
            try endpoint.open(request(), endStream: true)
        }
    }

    @Test func `only the last closed streams are remembered`() {
        var closed = ClosedStreams(capacity: 2)
        closed.record(.one, .finished)
        #expect(closed.end(of: .one) == .finished)
        closed.record(.three, .resetByPeer)
        closed.record(.three, .resetLocally)
        #expect(closed.end(of: .one) == nil)
        #expect(closed.end(of: .three) == .resetLocally)
        closed.record(.five, .finished)
        #expect(closed.end(of: .three) == .resetLocally)
        #expect(closed.end(of: .five) == .finished)
    }
}
