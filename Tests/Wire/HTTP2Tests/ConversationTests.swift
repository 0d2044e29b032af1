// SPDX-License-Identifier: Apache-2.0

import HPACK
import HTTP2
import TestSupport
import Testing

@Suite struct ConversationTests {
    static let deliveries: [Pair.Delivery] = [.whole, .byteByByte, .random(seed: 9)]

    @Test(arguments: deliveries)
    func `a call with trailers both ways`(delivery: Pair.Delivery) throws {
        var pair = try Pair(delivery: delivery)
        let fields = request([HeaderField("content-type", "application/grpc")])
        let id = try pair.client.open(fields, endStream: false)
        try pair.client.send([1, 2, 3], endStream: false, on: id)
        try pair.client.sendTrailers([HeaderField("x-sum", "6")], on: id)
        let asked = try pair.exchange()
        #expect(
            asked.server == [
                .headers(id, fields, endStream: false), .data(id, [1, 2, 3], endStream: false),
                .trailers(id, [HeaderField("x-sum", "6")]),
            ]
        )
        try pair.server.respond([HeaderField(":status", "103")], endStream: false, on: id)
        try pair.server.respond(okay, endStream: false, on: id)
        try pair.server.send([4, 5], endStream: false, on: id)
        try pair.server.sendTrailers([HeaderField("grpc-status", "0")], on: id)
        let answered = try pair.exchange()
        #expect(
            answered.client == [
                .headers(id, okay, endStream: false), .data(id, [4, 5], endStream: false),
                .trailers(id, [HeaderField("grpc-status", "0")]),
            ]
        )
        #expect(pair.client.activeStreams == 0)
        #expect(pair.server.activeStreams == 0)
    }

    @Test(arguments: deliveries)
    func `a large header list goes through CONTINUATIONs`(delivery: Pair.Delivery) throws {
        var pair = try Pair(delivery: delivery)
        let fields = request(
            (0..<60).map { HeaderField("x-\($0)", String(repeating: "~\($0)", count: 150)) }
        )
        let id = try pair.client.open(fields, endStream: true)
        let events = try pair.exchange()
        #expect(events.server == [.headers(id, fields, endStream: true)])
    }

    @Test func `an empty last piece ends a body`() throws {
        var pair = try Pair()
        let id = try pair.client.open(request(), endStream: false)
        try pair.client.send([], endStream: false, on: id)
        try pair.client.send([1], endStream: false, on: id)
        try pair.client.send([], endStream: true, on: id)
        let events = try pair.exchange().server
        #expect(
            events.suffix(2) == [.data(id, [1], endStream: false), .data(id, [], endStream: true)]
        )
        #expect(throws: RequestError.outOfOrder(id)) {
            try pair.client.send([2], endStream: false, on: id)
        }
    }

    @Test func `a response that ends early leaves the request half open`() throws {
        var pair = try Pair()
        let id = try pair.client.open(request(), endStream: false)
        _ = try pair.exchange()
        try pair.server.respond(okay, endStream: true, on: id)
        #expect(try pair.exchange().client == [.headers(id, okay, endStream: true)])
        #expect(pair.server.activeStreams == 1)
        pair.server.reset(id, .noError)
        #expect(try pair.exchange().client == [.reset(id, .noError, byPeer: true)])
        #expect(pair.client.activeStreams == 0)
        #expect(pair.server.activeStreams == 0)
    }

    @Test func `a reset reaches the other end and late frames are forgiven`() throws {
        var pair = try Pair()
        let id = try pair.client.open(request(), endStream: false)
        _ = try pair.exchange()
        pair.server.reset(id, .cancel)
        try pair.client.send([1, 2], endStream: false, on: id)
        try pair.client.sendTrailers([HeaderField("x", "y")], on: id)
        let events = try pair.exchange()
        #expect(events.client == [.reset(id, .cancel, byPeer: true)])
        #expect(events.server == [])
        #expect(throws: RequestError.streamClosed(id)) {
            try pair.client.send([1], endStream: true, on: id)
        }
        // The header tables are still in step.
        let next = try pair.client.open(request([HeaderField("x", "y")]), endStream: true)
        #expect(try pair.exchange().server.count == 1)
        #expect(next == .three)
    }

    @Test func `a ping comes back`() throws {
        var pair = try Pair()
        pair.client.ping(42)
        pair.server.ping(.max)
        let events = try pair.exchange()
        #expect(events.client == [.pong(42)])
        #expect(events.server == [.pong(.max)])
    }

    @Test func `refuses what the peer would have to refuse`() throws {
        var pair = try Pair(server: Settings(maxHeaderListSize: 200))
        #expect(throws: RequestError.malformed(.name("X-Y"))) {
            try pair.client.open(request([HeaderField("X-Y", "z")]), endStream: true)
        }
        _ = try pair.exchange()
        let large = request([HeaderField("x", String(repeating: "y", count: 100))])
        #expect(throws: RequestError.self) { try pair.client.open(large, endStream: true) }
        let id = try pair.client.open(request(), endStream: true)
        #expect(id == .one)
        _ = try pair.exchange()
        #expect(throws: RequestError.malformed(.missing(":status"))) {
            try pair.server.respond([], endStream: true, on: id)
        }
        #expect(throws: RequestError.outOfOrder(id)) {
            try pair.server.send([1], endStream: true, on: id)
        }
        #expect(throws: RequestError.streamClosed(.five)) {
            try pair.server.respond(okay, endStream: true, on: .five)
        }
    }

    @Test func `HEAD and 304 have a length without a body`() throws {
        var pair = try Pair()
        let head = [HeaderField(":method", "HEAD")] + request(without: [":method"])
        let ids = [
            try pair.client.open(head, endStream: true),
            try pair.client.open(request(), endStream: true),
        ]
        _ = try pair.exchange()
        let length = HeaderField("content-length", "77")
        try pair.server.respond(okay + [length], endStream: true, on: ids[0])
        let unchanged = [HeaderField(":status", "304"), length]
        try pair.server.respond(unchanged, endStream: true, on: ids[1])
        #expect(
            try pair.exchange().client == [
                .headers(ids[0], okay + [length], endStream: true),
                .headers(ids[1], unchanged, endStream: true),
            ]
        )
    }
}
